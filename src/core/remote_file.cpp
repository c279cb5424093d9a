// SPDX-License-Identifier: Apache-2.0
#include "core/remote_file.hpp"

#include <atomic>

#include <react1/error.hpp>

#include "core/redact.hpp"

namespace react1 {
namespace {

std::atomic<OpenRemoteFile> opener{nullptr};

}  // namespace

void set_remote_files(OpenRemoteFile open) noexcept {
  opener = open;
}

std::shared_ptr<RemoteFile> open_remote_file(const std::string& url, const RemoteCall& call) {
  const OpenRemoteFile open = opener;
  if (open == nullptr) throw Error{ErrorCode::internal, redact_url(url), "nothing here can read from a server"};
  return open(url, call);
}

}  // namespace react1
