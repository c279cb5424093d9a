// SPDX-License-Identifier: Apache-2.0
#include "unit/media/made_video.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "core/sha256.hpp"
#include "media/make/make_clip.hpp"
#include "unit/media/pictures.hpp"

namespace react1::test {

VideoPlan plan_to_encode(const MediaInfo& info, Seconds limit) {
  const VideoInfo& video = info.video.value();
  VideoPlan plan;
  plan.stream_index = video.index;
  plan.fps = video.fps;
  plan.start_s = 0;
  plan.end_s = std::min(video.duration_s, limit);
  plan.frames = std::min((video.duration_s * plan.fps).round(), (limit * plan.fps).floor());
  plan.width = video.display_width - video.display_width % 2;
  plan.height = video.display_height - video.display_height % 2;
  plan.orientation = video.orientation;
  plan.sar = video.sar;
  plan.color_space = video.color.space.empty() ? "bt709" : video.color.space;
  plan.preset = "ultrafast";
  return plan;
}

MadeVideo::MadeVideo(const std::string& source, const std::function<void(VideoPlan&)>& change, Seconds limit,
                     const RunContext& context)
    : info(probe(source)) {
  VideoPlan plan = plan_to_encode(info, limit);
  if (change) change(plan);
  clip = media::make_video({source, info}, plan, file, limit, context);
}

void check_compliant(const MadeVideo& made) {
  const MediaInfo written = probe(made.file.string());
  REQUIRE(written.video);
  const VideoInfo& video = *written.video;
  CHECK(video.codec == "h264");
  CHECK(video.profile == "High");
  CHECK(video.pix_fmt == "yuv420p");
  CHECK(video.color.range == "tv");
  CHECK(video.color.space == "bt709");
  CHECK(video.color.transfer == "bt709");
  CHECK(video.color.primaries == "bt709");
  CHECK(video.sar == 1);
  CHECK_FALSE(video.vfr);
  CHECK_FALSE(video.has_b_frames);
  CHECK_FALSE(video.edit_list);
  CHECK(video.start_s == 0);
  CHECK(video.orientation.rotation_deg == 0);
  CHECK(written.streams.size() == 1);
  CHECK(written.moov_first);
  for (const std::string& key : written.metadata_keys) {
    CAPTURE(key);
    CHECK((key == "major_brand" || key == "minor_version" || key == "compatible_brands" || key == "handler_name" ||
           key == "vendor_id" || key == "language"));
  }
  const std::string bytes = read_file(made.file);
  CHECK(bytes.find("x264") == std::string::npos);
  CHECK(bytes.find("Lav") == std::string::npos);

  CHECK(made.clip.path == made.file.string());
  CHECK(made.clip.bytes == static_cast<std::int64_t>(bytes.size()));
  CHECK(made.clip.sha256 == sha256_hex(bytes));
  CHECK(made.clip.measures.size() >= 5);
  for (const DurationMeasure& measure : made.clip.measures) {
    CAPTURE(measure.name);
    // FFmpeg reports a container's length in whole microseconds.
    CHECK(abs(measure.duration_s - made.clip.duration_s) <= Rational(1, 1'000'000));
    CHECK(measure.duration_s <= 15);
  }
  CHECK(listing(made.folder.path()) == std::vector<std::string>{"video.mp4"});
}

}  // namespace react1::test
