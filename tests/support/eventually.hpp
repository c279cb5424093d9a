// SPDX-License-Identifier: Apache-2.0
// Waiting for another thread or process, in place of a fixed sleep.
#pragma once

#include <chrono>
#include <thread>

namespace react1::test {

/// Waits until `condition` holds, polled every two milliseconds; false when it does not within `patience`, which is
/// only for hanging machines and not part of the test. May be called by any thread.
template <class Condition>
[[nodiscard]] bool eventually(const Condition& condition, std::chrono::seconds patience = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace react1::test
