// SPDX-License-Identifier: Apache-2.0
// Seconds since it was made, for the record's timings.
#pragma once

#include <chrono>

namespace react1::stages {

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace react1::stages
