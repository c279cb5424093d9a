// SPDX-License-Identifier: Apache-2.0
// How much of a window can't be used, and whether that is too much.
#pragma once

#include <string>
#include <string_view>

#include <react1/media.hpp>

namespace react1::planning {

/// A window as it was planned, and what decoding found of it. Seconds since the stream's first picture or sample.
struct LossCase {
  std::string_view clip;             ///< "video" or "audio": for messages and flags
  const std::string& path;           ///< for messages
  Seconds start_s, end_s;            ///< as planned
  Seconds promised_end_s;            ///< where it would end if the file were whole; the planned end, or behind it
  Seconds good_start_s, good_end_s;  ///< what can be used; empty: nothing can
  bool head_of_capture = false;      ///< nothing of the stream before `good_start_s` can be decoded
  std::string absent{};              ///< for a file that was cut off: "85 of 150 frames are there"
};

/// Seconds of the window that are left out.
struct Loss {
  Seconds head_s, tail_s;
  Seconds counted_s;  ///< what max_loss_s is held against
};
[[nodiscard]] Loss measure_loss(const LossCase& of);

/// Throws Error{media} when nothing is left; when more is lost than options.max_loss_s, without options.salvage; and,
/// with it, when less than a second is left.
void require_bearable(const LossCase& of, const Loss& loss, const PrepareOptions& options);

/// What the file was to hold and holds, of a clip that was cut off; else "".
[[nodiscard]] std::string absent_pictures(const MediaInfo& info);
[[nodiscard]] std::string absent_sound(const MediaInfo& info);

}  // namespace react1::planning
