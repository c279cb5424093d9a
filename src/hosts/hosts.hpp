// SPDX-License-Identifier: Apache-2.0
// Selects the host for clips: the only place that lists the hosts. Everything else uses the port,
// react1/clip_host.hpp.
#pragma once

#include <react1/clip_host.hpp>
#include <react1/fal.hpp>

#include <memory>

namespace react1::hosts {

/// The host of a job whose caller names none (Service::clip_host). Valid as long as `client`.
[[nodiscard]] std::shared_ptr<ClipHost> open_clip_host(FalClient& client);

}  // namespace react1::hosts
