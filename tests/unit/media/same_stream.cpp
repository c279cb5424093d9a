// SPDX-License-Identifier: Apache-2.0
#include "unit/media/same_stream.hpp"

#include <doctest/doctest.h>

namespace react1::test {

void check_same_pictures(const AVCodecParameters& seen, const AVCodecParameters& whole) {
  CHECK(seen.format == whole.format);
  CHECK(seen.profile == whole.profile);
  CHECK(seen.level == whole.level);
  CHECK(seen.width == whole.width);
  CHECK(seen.height == whole.height);
  CHECK(av_cmp_q(seen.sample_aspect_ratio, whole.sample_aspect_ratio) == 0);
  CHECK(seen.field_order == whole.field_order);
  CHECK(seen.color_range == whole.color_range);
  CHECK(seen.color_primaries == whole.color_primaries);
  CHECK(seen.color_trc == whole.color_trc);
  CHECK(seen.color_space == whole.color_space);
  CHECK(seen.video_delay == whole.video_delay);
}

}  // namespace react1::test
