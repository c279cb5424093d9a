// SPDX-License-Identifier: Apache-2.0
// Every fixture, in both places it may take: prepare() makes what its truth says, or refuses with the reason.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "core/atomic_file.hpp"
#include "matrix/decoded.hpp"
#include "matrix/fixtures.hpp"
#include "support/paths.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// The keys of a truth's outcome.
struct Case {
  const char* key;
  Role role;
  bool salvage;
};
constexpr std::array cases{Case{"as_video", Role::video, false}, Case{"as_audio", Role::audio, false},
                           Case{"salvaged_video", Role::video, true}, Case{"salvaged_audio", Role::audio, true}};

std::string rate_text(const Rational& rate) {
  return std::to_string(rate.num()) + "/" + std::to_string(rate.den());
}

void check_promise(const PreparedClip& clip) {
  CHECK_FALSE(clip.measures.empty());
  for (const DurationMeasure& measure : clip.measures) {
    CAPTURE(measure.name);
    CHECK(measure.duration_s <= 15);
  }
}

void check_pixels(const Json& expected, const std::string& path) {
  if (!expected.contains("pixels")) return;
  const std::vector<Picture> pictures = decode_pictures(path);
  REQUIRE_FALSE(pictures.empty());
  const Picture& picture = pictures[pictures.size() / 2];
  for (const Json& pixel : expected.at("pixels")) {
    const auto at = pixel.at("at").get<std::array<int, 2>>();
    const auto wanted = pixel.at("yuv").get<std::array<int, 3>>();
    CAPTURE(at[0]);
    CAPTURE(at[1]);
    const std::array<int, 3> found = picture.yuv(at[0], at[1]);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CAPTURE(found[i]);
      CAPTURE(wanted[i]);
      CHECK(std::abs(found[i] - wanted[i]) <= pixel.at("within").get<int>());
    }
  }
}

void check_video(const Json& expected, const PreparedClip& clip) {
  REQUIRE(clip.video);
  const PreparedClip::Video& planned_video = *clip.video;
  if (!expected.at("frames").is_null()) {
    const auto frames = expected.at("frames").get<std::int64_t>();
    CHECK(planned_video.frames <= frames);
    CHECK(planned_video.frames >= frames - expected.value("fewer", 0));
  }
  CHECK(rate_text(planned_video.fps) == expected.at("fps").get<std::string>());
  CHECK(planned_video.width == expected.at("width").get<int>());
  CHECK(planned_video.height == expected.at("height").get<int>());
  CHECK(planned_video.codec == "h264");
  CHECK(planned_video.pix_fmt == "yuv420p");
  check_pixels(expected, clip.path);
}

void check_audio(const Json& expected, const PreparedClip& clip) {
  REQUIRE(clip.audio);
  CHECK(clip.audio->codec == "mp3");
  CHECK(clip.audio->sample_rate == expected.at("sample_rate").get<int>());
  CHECK(clip.audio->channels == expected.at("channels").get<int>());
  const auto samples = expected.at("samples").get<std::int64_t>();
  CHECK(std::abs(clip.audio->samples - samples) <= expected.value("slack", 0));
}

/// What is the same for all prepared clips, read from the file.
void check_container(const Json& expected, const PreparedClip& clip) {
  const MediaInfo info = probe(clip.path);
  CHECK(info.streams.size() == 1);
  if (info.video) {
    CHECK(info.moov_first);
    CHECK_FALSE(info.fragmented);
    CHECK_FALSE(info.video->vfr);
    CHECK(info.video->start_s == 0);
    CHECK(info.video->orientation.rotation_deg == 0);
    CHECK_FALSE(info.video->orientation.mirrored);
    CHECK(info.video->sar == 1);
    CHECK(info.video->hdr.empty());
    if (clip.action == ClipAction::transcode) {
      CHECK(info.video->color.space == "bt709");
      CHECK(info.video->color.transfer == "bt709");
      CHECK(info.video->color.primaries == "bt709");
      CHECK(info.video->color.range == "tv");
    }
  }
  const std::string bytes = read_file(clip.path);
  for (const Json& absent : expected.value("absent", Json::array())) {
    CAPTURE(absent.get<std::string>());
    CHECK(bytes.find(absent.get<std::string>()) == std::string::npos);
  }
}

/// plan() had promised the same.
void check_plan(const PreparedClip& planned, const PreparedClip& made) {
  CHECK(planned.action == made.action);
  if (made.video) {
    CHECK(planned.video->frames == made.video->frames);
    CHECK(planned.video->width == made.video->width);
    CHECK(planned.video->height == made.video->height);
  }
  if (made.audio && made.action == ClipAction::transcode) CHECK(planned.audio->samples == made.audio->samples);
}

void check_refusal(const Json& expected, const Prepared& prepared) {
  REQUIRE_MESSAGE(prepared.error, "was not refused");
  CHECK(prepared.error->code() == ErrorCode::media);
  CAPTURE(prepared.error->message());
  CHECK(prepared.error->message().find(expected.at("says").get<std::string>()) != std::string::npos);
}

void check_outcome(const Json& truth, const Case& of) {
  const Json& expected = truth.at("outcome").at(of.key);
  const auto name = truth.at("file").get<std::string>();
  CAPTURE(name);
  CAPTURE(std::string(of.key));
  const PipelineOptions options = options_for(of.salvage);
  const Prepared prepared = prepare_fixture(name, of.role, options);
  if (expected.contains("refused")) {
    check_refusal(expected, prepared);
    return;
  }
  REQUIRE_MESSAGE(!prepared.error, (prepared.error ? std::string(prepared.error->what()) : std::string()));
  const PreparedClip& clip = prepared.clip(of.role);
  CAPTURE(to_string(clip.action));
  check_promise(clip);
  of.role == Role::video ? check_video(expected, clip) : check_audio(expected, clip);
  check_container(expected, clip);
  if (expected.contains("action")) CHECK(to_string(clip.action) == expected.at("action").get<std::string>());
  for (const Json& code : expected.value("warnings", Json::array())) {
    CAPTURE(code.get<std::string>());
    CHECK(warned(prepared.result->warnings, code));
  }
  const Preparation planned = plan_fixture(name, of.role, options);
  check_plan(of.role == Role::video ? planned.video : planned.audio, clip);
}

int check_all(const Case& of) {
  int checked = 0;
  for (const Json& truth : truths()) {
    if (!truth.at("outcome").contains(of.key)) continue;
    check_outcome(truth, of);
    ++checked;
  }
  return checked;
}

}  // namespace

TEST_CASE("every fixture becomes the video that its truth says, or is refused with the reason") {
  CHECK(check_all(cases[0]) >= 60);
}

TEST_CASE("every fixture becomes the voice that its truth says, or is refused with the reason") {
  CHECK(check_all(cases[1]) >= 15);
}

TEST_CASE("salvage keeps the good beginning of every damaged video, and plan promises the same") {
  CHECK(check_all(cases[2]) >= 4);
}

TEST_CASE("salvage keeps the good beginning of every damaged voice, and plan promises the same") {
  CHECK(check_all(cases[3]) >= 2);
}

TEST_CASE("probe says of every usable fixture what an independent full decode says") {
  int probed = 0;
  for (const Json& truth : truths()) {
    const auto name = truth.at("file").get<std::string>();
    const Json outcome = truth.at("outcome").value("as_video", Json::object());
    // The truth is measured on the first picture of a file; where another is meant, there is a test of its own.
    if (!outcome.contains("fps") || outcome.contains("chosen")) continue;
    // probe() counts packets; some packets of these files can't be decoded, on purpose.
    const Json warnings = outcome.value("warnings", Json::array());
    if (std::find(warnings.begin(), warnings.end(), "start_lost") != warnings.end()) continue;
    CAPTURE(name);
    const Json& planned_video = truth.at("video");
    const MediaInfo info = probe(fixture(name));
    REQUIRE(info.video);
    CHECK(info.format == truth.at("format").get<std::string>());
    CHECK(info.video->codec == planned_video.at("codec").get<std::string>());
    CHECK(info.video->width == planned_video.at("width").get<int>());
    CHECK(info.video->height == planned_video.at("height").get<int>());
    CHECK(info.video->pix_fmt == planned_video.at("pix_fmt").get<std::string>());
    CHECK(info.video->frames == planned_video.at("frames").get<std::int64_t>());
    ++probed;
  }
  CHECK(probed >= 45);
}

TEST_CASE("every fixture has an outcome") {
  for (const Json& truth : truths()) {
    CAPTURE(truth.at("file").get<std::string>());
    CHECK_FALSE(truth.at("outcome").empty());
  }
}
