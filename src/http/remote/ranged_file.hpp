// SPDX-License-Identifier: Apache-2.0
// A file behind a URL, read by ranges.
#pragma once

#include <memory>
#include <string>

#include <react1/fal.hpp>

#include "core/remote_file.hpp"
#include "http/message/transport.hpp"
#include "http/policy/retry.hpp"
#include "http/remote/block_cache.hpp"

namespace react1::http {

/// How it is read. The defaults are for media.
struct RangeOptions {
  BlockSizes blocks{};
  /// Per part, while less than 64 KiB of it come. Silence (the call's stall time) is not tried again.
  RetryOptions retry{
      .attempts = 4, .base_delay = std::chrono::milliseconds{250}, .max_delay = std::chrono::milliseconds{10'000}};
};

/// Requests the beginning. Redirects are followed, plain http is allowed to any host whose URL has it. ETag or
/// Last-Modified, and the size, must stay what they are; a server whose Content-Range is not credible is read like
/// one without ranges. Throws as OpenRemoteFile does.
[[nodiscard]] std::shared_ptr<RemoteFile> open_ranged_file(const std::string& url, const RemoteCall& call,
                                                           std::shared_ptr<Transport> transport,
                                                           const RangeOptions& options);

/// Sets how this process reads remote files from now on, with the environment's proxies and certificates. Any
/// thread, any number of times.
void use_for_remote_files() noexcept;

}  // namespace react1::http
