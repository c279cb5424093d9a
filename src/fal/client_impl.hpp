// SPDX-License-Identifier: Apache-2.0
// The members of a FalClient. Its storage for clips is a floor above (hosts/fal), and is created there.
#pragma once

#include <memory>
#include <mutex>

#include <react1/clip_host.hpp>
#include <react1/fal.hpp>

#include "fal/protocol/session.hpp"
#include "fal/queue/wait_async.hpp"
#include "http/engine/curl_transport.hpp"

namespace react1::REACT1_ABI {

struct FalClient::Impl {
  explicit Impl(FalOptions given);

  FalOptions options;  // session refers to the two above it
  http::CurlTransport transport;
  fal::Session session;
  fal::AsyncWaits waits;  // uses the two above it
  std::once_flag host_made;
  std::unique_ptr<ClipHost> host;  // FalClient::clip_host(); uses the session
};

}  // namespace react1::REACT1_ABI
