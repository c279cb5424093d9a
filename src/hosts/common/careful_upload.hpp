// SPDX-License-Identifier: Apache-2.0
// What every host does around the sending of a clip: it asks for an earlier upload, checks what was stored, remembers.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <react1/clip_host.hpp>

#include "hosts/common/local_file.hpp"
#include "hosts/common/upload_memory.hpp"
#include "http/message/transport.hpp"
#include "http/policy/retry.hpp"

namespace react1::hosts {

/// What differs from host to host.
class FileStore {
 public:
  FileStore() = default;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;
  virtual ~FileStore() = default;

  /// Sends the file and returns the URL by which the service reads it. Throws Error.
  [[nodiscard]] virtual std::string send(const LocalFile& file, const RunContext& context) = 0;
  /// The GET by which the service reads it; nullopt: the URL is not one to be requested.
  [[nodiscard]] virtual std::optional<http::Request> reading(const std::string& url) const = 0;
};

/// How an upload is done; the references outlive the call.
struct UploadCare {
  http::Transport& transport;
  http::RetryContext retry;
  UploadMemory* memory = nullptr;  ///< nullptr: nothing is remembered
  bool reuse = true;               ///< what is stored already is not sent again; needs `memory`
  bool check_size = true;          ///< ask afterwards how much was stored; counts only when the host answers
  std::optional<std::chrono::seconds> life{};  ///< that the host was asked for; nullopt: none
};

/// ClipHost::upload() of the host whose files `store` keeps.
[[nodiscard]] HostedClip upload_carefully(const ClipFile& clip, FileStore& store, const UploadCare& care,
                                          const RunContext& context);

}  // namespace react1::hosts
