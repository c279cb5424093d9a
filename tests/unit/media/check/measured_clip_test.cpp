// SPDX-License-Identifier: Apache-2.0
#include "media/check/measured_clip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

#include <react1/error.hpp>

#include "support/paths.hpp"

namespace react1::media {
namespace {

std::optional<Seconds> find(const std::vector<DurationMeasure>& measures, const std::string& name) {
  const auto at = std::find_if(measures.begin(), measures.end(), [&](const auto& m) { return m.name == name; });
  return at == measures.end() ? std::nullopt : std::optional{at->duration_s};
}

TEST_CASE("a plain clip measures the same in every way") {
  const auto measures = measure_durations(test::fixture("presenter_h264_25fps_6s.mp4"), RunContext{});
  CHECK(measures.size() >= 9);
  for (const DurationMeasure& measure : measures) {
    CAPTURE(measure.name);
    CHECK(measure.duration_s == Rational{6});
  }
}

TEST_CASE("readers that ignore an edit list measure more, and that is found") {
  const auto measures = measure_durations(test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"), RunContext{});
  CHECK(find(measures, "packets_span_edit_list_honoured#0") == Rational{6});
  CHECK(find(measures, "packets_span_from_zero#0") == Rational{152, 25});
  CHECK(find(measures, "decoded#1") == Rational{288768, 48000});
  CHECK(find(measures, "decoded_edit_list_ignored#1") == Rational{289792, 48000});
  CHECK(longest(measures).duration_s == Rational{152, 25});
}

TEST_CASE("an MP3 measures with and without its tag, gapless and not") {
  const auto measures = measure_durations(test::fixture("voice_cover_art.mp3"), RunContext{});
  CHECK(find(measures, "decoded") == Rational{4});
  CHECK(find(measures, "packets_sum") == Rational{155 * 1152, 44100});
  CHECK(find(measures, "mp3_frames_without_tag") == Rational{155 * 1152, 44100});
  CHECK(find(measures, "mp3_frames_with_tag") == Rational{156 * 1152, 44100});
  CHECK(find(measures, "decoded_edit_list_ignored") == Rational{155 * 1152, 44100});
  CHECK(longest(measures).name == "mp3_frames_with_tag");
}

TEST_CASE("a WAV measures its samples in every way") {
  const auto measures = measure_durations(test::fixture("voice_stereo_44k_7s.wav"), RunContext{});
  for (const DurationMeasure& measure : measures) {
    CAPTURE(measure.name);
    CHECK(measure.duration_s == Rational{7});
  }
}

TEST_CASE("a variable rate is measured by its times") {
  const auto measures = measure_durations(test::fixture("presenter_vfr_8s.mp4"), RunContext{});
  REQUIRE(find(measures, "decoded#0"));
  CHECK(*find(measures, "decoded#0") >= Rational{79, 10});
  CHECK(*find(measures, "decoded#0") <= Rational{8});
}

TEST_CASE("a damaged clip can't be measured") {
  CHECK_THROWS_AS((void)measure_durations(test::fixture("truncated_60pct.mp4"), RunContext{}), Error);
}

TEST_CASE("nothing measured has no longest measure") {
  CHECK(longest({}).name.empty());
  CHECK(longest({}).duration_s == Rational{0});
}

}  // namespace
}  // namespace react1::media
