// SPDX-License-Identifier: Apache-2.0
// The steps around the upload of a clip, common to all hosts: find an earlier upload, check what was stored, remember.
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

/// The host-specific operations.
class FileStore {
 public:
  FileStore() = default;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;
  virtual ~FileStore() = default;

  /// Sends the file and returns the URL by which the service reads it. Throws Error.
  [[nodiscard]] virtual std::string send(const LocalFile& file, const RunContext& context) = 0;
  /// The GET by which the service reads it; nullopt: the URL must not be requested.
  [[nodiscard]] virtual std::optional<http::Request> reading(const std::string& url) const = 0;
};

/// Settings of an upload; the references must outlive the call.
struct UploadCare {
  http::Transport& transport;
  http::RetryContext retry;
  UploadMemory* memory = nullptr;  ///< nullptr: nothing is remembered
  bool reuse = true;               ///< a file that is already stored is not uploaded again; needs `memory`
  bool check_size = true;          ///< ask afterwards how much was stored; ignored when the host does not answer
  std::optional<std::chrono::seconds> life{};  ///< requested from the host; nullopt: none
};

/// ClipHost::upload() for the host behind `store`.
[[nodiscard]] HostedClip upload_carefully(const ClipFile& clip, FileStore& store, const UploadCare& care,
                                          const RunContext& context);

}  // namespace react1::hosts
