// SPDX-License-Identifier: Apache-2.0
// VIDEO and AUDIO as typed: a path, an http(s) URL, or "-" for standard input.
#pragma once

#include <react1/source.hpp>
#include <string>
#include <vector>

namespace react1::cli {

/// How the help describes such an argument.
inline constexpr const char* kInputHelp = "Path, http(s) URL, or - for standard input";
inline constexpr const char* kSoundHelp =
    "Path, http(s) URL, or - for standard input; the audio of a video file is used";

/// The sources in their order. Throws Error{usage} when more than one of them is "-".
[[nodiscard]] std::vector<Source> sources_of(const std::vector<std::string>& arguments);

struct Pair {
  Source video, audio;
};
/// Likewise, for the two clips of a command.
[[nodiscard]] Pair pair_of(const std::string& video, const std::string& audio);

}  // namespace react1::cli
