// SPDX-License-Identifier: Apache-2.0
// A source that was probed: what every step reads that looks at a clip or makes one.
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
