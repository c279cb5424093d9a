// SPDX-License-Identifier: Apache-2.0
// How a test's client reaches its sandbox.
#pragma once

#include <chrono>
#include <react1/fal.hpp>
#include <react1/sandbox.hpp>

namespace react1::test {

/// A key without an owner, and short pauses between requests.
inline FalOptions client_of(const Sandbox& sandbox) {
  FalOptions options;
  options.key = Secret("test-id:test-secret");
  options.queue_url = options.rest_url = sandbox.url();
  options.poll_interval = std::chrono::milliseconds(20);
  return options;
}

}  // namespace react1::test
