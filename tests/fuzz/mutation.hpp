// SPDX-License-Identifier: Apache-2.0
// Ways of damaging a media file, each decided by a number alone, so that a case can be made again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace react1::fuzz {

using Content = std::vector<std::uint8_t>;

/// SplitMix64: small, and the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next();
  /// 0 to bound − 1; 0 for a bound of 0.
  [[nodiscard]] std::size_t below(std::size_t bound);

 private:
  std::uint64_t state_;
};

/// One to three damages to `file`, some of them with bytes of `other`. Says which, e.g. "bit flips, remove box stts".
[[nodiscard]] std::string mutate(Content& file, const Content& other, Random& random);

}  // namespace react1::fuzz
