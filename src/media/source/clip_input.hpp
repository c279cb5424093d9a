// SPDX-License-Identifier: Apache-2.0
// A probed source: the input of every step that examines or makes a clip.
#pragma once

#include <react1/media_info.hpp>
#include <react1/source.hpp>

namespace react1::media {

struct ClipInput {
  Source source;
  MediaInfo info;  ///< what probe() found in it
  SourceOptions limits{};
};

}  // namespace react1::media
