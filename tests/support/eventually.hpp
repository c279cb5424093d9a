// SPDX-License-Identifier: Apache-2.0
// Waiting for something that another thread or process does, in place of a sleep that is hoped to be long enough.
#pragma once

#include <chrono>
#include <thread>

namespace react1::test {

/// Until `condition` holds, looked at every two milliseconds; false when it does not within `patience`, which is for
/// machines that hang and no part of what is tested. May be called by any thread.
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
