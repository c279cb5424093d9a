// SPDX-License-Identifier: Apache-2.0
// A clip made from a fixture, and what every made video must be.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/atomic_file.hpp"

#include <react1/media.hpp>

namespace react1::test {

/// A plan to encode the whole of `info` (at most `limit`) at its own rate and size.
[[nodiscard]] VideoPlan plan_to_encode(const MediaInfo& info, Seconds limit = 15);

/// One clip in a folder of its own; `change` may turn the plan into another.
struct MadeVideo {
  TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "video.mp4";
  MediaInfo info;
  PreparedClip clip;

  explicit MadeVideo(const std::string& source, const std::function<void(VideoPlan&)>& change = {}, Seconds limit = 15,
                     const RunContext& context = {});
};

/// Checks what holds whatever the clip was made from: codec, colours, one stream, no traces, and every measure.
void check_compliant(const MadeVideo& made);

}  // namespace react1::test
