// SPDX-License-Identifier: Apache-2.0
// libFuzzer's input, as the types that parsers take. One function per target; it returns 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace react1::fuzz {

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The first byte chooses between the parsers of one target; the rest is their input.
struct Choice {
  unsigned which = 0;
  std::string_view text;
};
[[nodiscard]] inline Choice choose(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return {};
  return {data[0], text_of(data + 1, size - 1)};
}

/// An invariant for any input; a failure is found by the fuzzer as a crash.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace react1::fuzz
