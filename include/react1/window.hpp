// SPDX-License-Identifier: Apache-2.0
// Which part of a clip is taken. Options only.
#pragma once

#include <optional>
#include <string_view>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// A part of a clip, relative to its first frame or sample. At most two of the three may be set.
/// Default: from the start, as much as the limit allows.
struct WindowOptions {
  std::optional<Seconds> start{};     ///< ≥ 0; default 0
  std::optional<Seconds> duration{};  ///< > 0; longer than the limit is shortened to it, with a warning
  std::optional<Seconds> end{};       ///< > start

  bool operator==(const WindowOptions&) const = default;
};

/// Where the audio's window is placed within its WindowOptions.
enum class WindowChoice {
  head,    ///< at the start
  speech,  ///< where there is most voice; starts at a pause a little before a word, ends after one
};
/// "head", "speech". Throws Error{usage}, with the nearest word as a hint.
[[nodiscard]] REACT1_API WindowChoice parse_window_choice(std::string_view text);

}  // namespace react1::REACT1_ABI
