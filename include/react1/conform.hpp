// SPDX-License-Identifier: Apache-2.0
// Fitting the video to the voice before it is sent, so that every lipsync_mode gives the same. Data only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// How the video gets exactly round(voice × fps) frames, or as many of them as the limit allows. One that is too long
/// is cut by all but remap.
enum class Conform {
  off,        ///< it keeps its length; the lipsync_mode deals with the difference
  cut,        ///< ends with the voice. Error{media} when it is shorter than the voice
  hold,       ///< its last frame is held until the voice ends
  bounce,     ///< played forwards, backwards, forwards …; turns in a pause of the speech where one is near
  remap,      ///< its frames are spread evenly over the voice
  automatic,  ///< the least visible one; off where a lipsync_mode is better; see docs/advice.md, "Conform"
};
[[nodiscard]] REACT1_API std::string_view to_string(Conform conform) noexcept;
/// "off", "cut", "hold", "bounce", "remap", "auto". Throws Error{usage}.
[[nodiscard]] REACT1_API Conform parse_conform(std::string_view text);

/// What was done to fit the video.
struct Conformed {
  Conform asked = Conform::off;
  Conform done = Conform::off;       ///< never automatic; off: it was not changed
  std::vector<std::string> reasons;  ///< one sentence each
  std::int64_t frames_before = 0;    ///< of the window, at the prepared clip's rate
  std::int64_t frames = 0;           ///< of the prepared clip
  std::vector<Seconds> seams_s;      ///< times in the prepared clip where it turns or begins to freeze
};

}  // namespace react1::REACT1_ABI
