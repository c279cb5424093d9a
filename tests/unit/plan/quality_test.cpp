// SPDX-License-Identifier: Apache-2.0
// What the quality tells the encoders.
#include <doctest/doctest.h>

#include <react1/error.hpp>
#include <vector>

#include "plan/encode_plan.hpp"
#include "plan/quality.hpp"
#include "unit/plan/media_facts.hpp"

namespace react1::planning {
namespace {

TEST_CASE("a better quality keeps more of the picture and no less of the sound") {
  EncoderSettings worse = encoder_settings({.quality = Quality::draft});
  for (const Quality quality : {Quality::standard, Quality::high, Quality::lossless}) {
    const EncoderSettings better = encoder_settings({.quality = quality});
    CHECK(better.crf < worse.crf);
    CHECK(better.kbps_per_channel >= worse.kbps_per_channel);
    CHECK(better.crf > 0);  // 0 would leave the High profile
    worse = better;
  }
}

TEST_CASE("what an expert sets counts over the quality") {
  const PrepareOptions options{
      .quality = Quality::high, .video_crf = 30, .video_preset = "slow", .audio_bitrate_kbps_per_channel = 96};
  CHECK(encoder_settings(options).crf == 30);
  CHECK(encoder_settings(options).preset == "slow");
  CHECK(encoder_settings(options).kbps_per_channel == 96);
}

TEST_CASE("the plan carries the quality's settings") {
  PrepareOptions options{.quality = Quality::draft};
  const VideoPlan plan = plan_video(test::clean_video(25, 150), options).value;
  CHECK(plan.crf == encoder_settings(options).crf);
  CHECK(plan.preset == encoder_settings(options).preset);
}

TEST_CASE("a quality is read from its name") {
  CHECK((parse_quality("lossless") == Quality::lossless));
  CHECK_THROWS_AS((void)parse_quality("losless"), Error);
}

}  // namespace
}  // namespace react1::planning
