// SPDX-License-Identifier: Apache-2.0
// How much of a window can't be used, and whether that is too much.
#pragma once

#include <string>
#include <string_view>

#include <react1/media.hpp>

namespace react1::planning {

/// A planned window, and what decoding found in it. Seconds since the stream's first picture or sample.
struct LossCase {
  std::string_view clip;             ///< "video" or "audio": for messages and flags
  const std::string& path;           ///< for messages
  Seconds start_s, end_s;            ///< as planned
  Seconds promised_end_s;            ///< where it would end if the file were complete; the planned end, or later
  Seconds good_start_s, good_end_s;  ///< the usable part; empty: none
  bool head_of_capture = false;      ///< nothing of the stream before `good_start_s` can be decoded
  std::string absent{};              ///< for a file that was cut off: "85 of 150 frames are there"
};

/// Seconds of the window that are left out.
struct Loss {
  Seconds head_s, tail_s;
  Seconds counted_s;  ///< compared with max_loss_s
};
[[nodiscard]] Loss measure_loss(const LossCase& of);

/// Throws Error{media} when nothing is left; when more is lost than options.max_loss_s, without options.salvage; and,
/// with it, when less than a second is left.
void require_bearable(const LossCase& of, const Loss& loss, const PrepareOptions& options);

/// The promised and the actual contents of a truncated file; else "".
[[nodiscard]] std::string absent_pictures(const MediaInfo& info);
[[nodiscard]] std::string absent_sound(const MediaInfo& info);

}  // namespace react1::planning
