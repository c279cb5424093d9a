// SPDX-License-Identifier: Apache-2.0
// The Range header of RFC 9110, section 14, for one range of bytes. A pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace react1::serve {

struct RangeChoice {
  enum class Kind {
    whole,          ///< no range, not understood, or several: answer 200 with everything (always allowed)
    part,           ///< answer 206 with [first, first + length)
    unsatisfiable,  ///< answer 416
  };
  Kind kind = Kind::whole;
  std::uint64_t first = 0, length = 0;
};

/// `header` is the value of Range, "" when there is none; `size` is the body's length in bytes.
[[nodiscard]] RangeChoice choose_range(std::string_view header, std::uint64_t size);

}  // namespace react1::serve
