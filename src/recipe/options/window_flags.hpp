// SPDX-License-Identifier: Apache-2.0
// The flags about windows: one flag may set both clips, and an end replaces a length.
#pragma once

#include <string>

#include "recipe/options/option.hpp"

namespace react1::recipe {

enum class Clips { video, audio, both };
enum class WindowPart { start, duration, end };

/// The row of --video-start, --end, …: `clips` and `part` name it. Those of one clip have a place in recipes.
[[nodiscard]] Option window_row(Clips clips, WindowPart part);

/// head, speech, or START-END of both clips.
void take_window(const std::string& text, const IsGiven& is_given, PipelineOptions& options);
/// --same-take: not together with a window of one clip alone.
void take_same_take(const std::string& text, const IsGiven& is_given, PipelineOptions& options);

}  // namespace react1::recipe
