// SPDX-License-Identifier: Apache-2.0
// The host, and the members of FalClient that need it: the client itself is a floor below.
#include "hosts/fal/fal_host.hpp"

#include "core/boundary.hpp"
#include "fal/client_impl.hpp"
#include "hosts/fal/storage.hpp"

namespace react1::hosts {

std::string FalHost::identity() const {
  return session_.options().rest_url;
}

HostedClip FalHost::upload(const ClipFile& clip, const RunContext& context) {
  return upload_file(session_, clip, context, memory());
}

UploadMemory* FalHost::memory() {
  std::call_once(opened_, [this] { memory_ = UploadMemory::open(upload_scope(session_.options()), session_.clock()); });
  return memory_.get();
}

}  // namespace react1::hosts

namespace react1::REACT1_ABI {

ClipHost& FalClient::clip_host() {
  return at_boundary("clip_host", [&]() -> ClipHost& {
    std::call_once(impl_->host_made, [this] { impl_->host = std::make_unique<hosts::FalHost>(impl_->session); });
    return *impl_->host;
  });
}

std::string FalClient::upload(const std::string& path, const std::string& content_type, const RunContext& context,
                              const std::string& sha256, const std::string& name) {
  return at_boundary("upload", [&] { return clip_host().upload({path, content_type, sha256, name}, context).url; });
}

}  // namespace react1::REACT1_ABI
