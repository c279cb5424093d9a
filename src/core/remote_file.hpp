// SPDX-License-Identifier: Apache-2.0
// What media reads from a server, as a port: http implements it, stages and sandbox wire it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace react1 {

/// The context of one call.
struct RemoteCall {
  std::stop_token stop{};                      ///< ends the call with Error{interrupted}
  std::chrono::milliseconds stall_timeout{0};  ///< no byte for this long: Error{network}
};

/// One file behind an http(s) URL. Any thread, several at a time; blocking. The file must not change while it is read:
/// one that does is Error{network}. Temporary faults (a broken connection, a 503) are retried.
class RemoteFile {
 public:
  RemoteFile() = default;
  RemoteFile(const RemoteFile&) = delete;
  RemoteFile& operator=(const RemoteFile&) = delete;
  virtual ~RemoteFile() = default;

  /// Bytes in all; nullopt when the server can't be asked for parts: then only copy_to() reads it.
  [[nodiscard]] virtual std::optional<std::int64_t> size() const noexcept = 0;
  /// Fills the front of `buffer` from `offset` on and returns how much; 0 at the end. Throws Error{network} (no usable
  /// answer), {io} (no descriptor or memory left here), {interrupted}; {internal} without size().
  [[nodiscard]] virtual std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer,
                                            const RemoteCall& call) = 0;
  /// Writes all of it into the open file `descriptor`, from its start, and returns how much that was; nullopt when it
  /// is more than `most` bytes. Throws as read_at(), and Error{io} when the file can't be written.
  [[nodiscard]] virtual std::optional<std::int64_t> copy_to(int descriptor, std::int64_t most,
                                                            const RemoteCall& call) = 0;
};

/// Requests the beginning from the server. Throws Error{network} (no answer, an HTTP status), {media} (a web page, an
/// empty file), {io}, {interrupted}.
using OpenRemoteFile = std::shared_ptr<RemoteFile> (*)(const std::string& url, const RemoteCall& call);

/// How remote files are opened in this process from now on. Any thread.
void set_remote_files(OpenRemoteFile open) noexcept;
/// Throws as OpenRemoteFile; Error{internal} when no opener was set.
[[nodiscard]] std::shared_ptr<RemoteFile> open_remote_file(const std::string& url, const RemoteCall& call);

}  // namespace react1
