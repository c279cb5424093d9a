// SPDX-License-Identifier: Apache-2.0
// Which part of a clip is taken: the user's window against the clip's measured length and the limit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <react1/media.hpp>

#include "plan/planned.hpp"

namespace react1::planning {

/// A resolved, non-empty window, relative to the first frame or sample; half-open.
struct Window {
  Seconds start, end;
  bool whole = false;  ///< all of the clip
};

/// The facts of one clip.
struct WindowCase {
  std::string_view clip;    ///< "video" or "audio": for messages and flag names
  const std::string& path;  ///< for messages
  Seconds length;           ///< measured, > 0
  Seconds limit;            ///< PrepareOptions::max_duration_s
};

/// The problems of the window itself, whatever the clip; empty: none.
/// Each entry continues the window's name: "start -1 s is below 0".
[[nodiscard]] std::vector<std::string> window_problems(const WindowOptions& options);

/// Throws Error{usage} for an invalid window, Error{media} when it is outside this clip.
/// Warns when less is taken than was asked for or than the clip holds.
[[nodiscard]] Planned<Window> resolve_window(const WindowOptions& options, const WindowCase& of);

}  // namespace react1::planning
