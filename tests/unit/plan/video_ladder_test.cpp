// SPDX-License-Identifier: Apache-2.0
// Which rung a video takes, and the reasons why not a better one.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include <react1/error.hpp>

#include "plan/encode_plan.hpp"
#include "unit/plan/media_facts.hpp"

namespace react1 {
namespace {

struct Outcome {
  VideoPlan plan;
  std::vector<Warning> warnings;
};

Outcome planned(const std::function<void(MediaInfo&)>& change, const PrepareOptions& options = {}) {
  MediaInfo info = test::clean_video(25, 150);
  change(info);
  Outcome outcome;
  outcome.plan = planning::unwrap(planning::plan_video(info, options), outcome.warnings);
  return outcome;
}

bool says(const VideoPlan& plan, const std::string& words) {
  for (const std::string& reason : plan.reasons) {
    if (reason.find(words) != std::string::npos) return true;
  }
  return false;
}

struct Flaw {
  const char* name;
  std::function<void(MediaInfo&)> make;
  ClipAction action;
  const char* reason;
};

TEST_CASE("a compliant clip is passed through without a reason against it") {
  const Outcome outcome = planned([](MediaInfo&) {});
  CHECK(outcome.plan.action == ClipAction::passthrough);
  CHECK(outcome.plan.reasons.empty());
  CHECK(outcome.plan.frames == 150);
}

TEST_CASE("every single flaw costs the rung it must, and is named") {
  constexpr auto encode = ClipAction::transcode;
  constexpr auto remux = ClipAction::remux;
  constexpr auto cut = ClipAction::cut;
  const std::vector<Flaw> flaws{
      {"codec", [](MediaInfo& i) { i.video->codec = "hevc"; }, encode, "hevc"},
      {"profile", [](MediaInfo& i) { i.video->profile = "High 10"; }, encode, "High 10"},
      {"unknown profile", [](MediaInfo& i) { i.video->profile = ""; }, encode, "unknown"},
      {"pixels", [](MediaInfo& i) { i.video->pix_fmt = "yuv444p"; }, encode, "yuv444p"},
      {"depth", [](MediaInfo& i) { i.video->bit_depth = 10; }, encode, "10 bits"},
      {"hdr", [](MediaInfo& i) { i.video->hdr = "pq"; }, encode, "HDR"},
      {"full range", [](MediaInfo& i) { i.video->color.range = "pc"; }, encode, "full"},
      {"unusual matrix", [](MediaInfo& i) { i.video->color.space = "smpte240m"; }, encode, "smpte240m"},
      {"wide gamut", [](MediaInfo& i) { i.video->color.primaries = "smpte432"; }, encode, "smpte432"},
      {"linear light", [](MediaInfo& i) { i.video->color.transfer = "linear"; }, encode, "linear"},
      {"coarse ticks", [](MediaInfo& i) { i.video->coarse_times = true; }, encode, "coarsely"},
      {"interlaced", [](MediaInfo& i) { i.video->interlaced = true; }, encode, "interlaced"},
      {"rotated", [](MediaInfo& i) { i.video->orientation.rotation_deg = 90; }, encode, "90 degrees"},
      {"mirrored", [](MediaInfo& i) { i.video->orientation.mirrored = true; }, encode, "mirrored"},
      {"sar", [](MediaInfo& i) { i.video->sar = Rational(16, 11); }, encode, "16:11"},
      {"odd", [](MediaInfo& i) { i.video->width = i.video->display_width = 641; }, encode, "641x360"},
      {"large",
       [](MediaInfo& i) {
         i.video->width = i.video->display_width = 7680;
         i.video->height = i.video->display_height = 4320;
       },
       encode, "3840x2160"},
      {"vfr", [](MediaInfo& i) { i.video->vfr = true; }, encode, "varies"},
      {"50 fps",
       [](MediaInfo& i) {
         i.video->fps = 50, i.video->duration_s = 3, i.video->header_duration_s = 3, i.container_duration_s = 3;
       },
       encode, "50 has to become 25"},
      {"changing size", [](MediaInfo& i) { i.video->parameters_change = true; }, encode, "change in the middle"},
      {"late key frame", [](MediaInfo& i) { i.video->starts_with_key_frame = false; }, cut, "key frame"},
      {"frames without bytes", [](MediaInfo& i) { i.video->header_frames = 200; }, cut, "200 frames"},
      {"avi", [](MediaInfo& i) { i.format = "avi"; }, encode, "avi"},
      {"fragments", [](MediaInfo& i) { i.fragmented = true; }, remux, "fragments"},
      {"wrong header", [](MediaInfo& i) { i.video->header_duration_s = 8; }, remux, "another length"},
      {"moov last", [](MediaInfo& i) { i.moov_first = false; }, remux, "moov"},
      {"matroska", [](MediaInfo& i) { i.format = "matroska,webm"; }, remux, "matroska"},
      {"mpeg-ts", [](MediaInfo& i) { i.format = "mpegts"; }, remux, "mpegts"},
      {"quicktime", [](MediaInfo& i) { i.path = "CLIP.MOV"; }, remux, "QuickTime"},
      {"second stream", [](MediaInfo& i) { i.streams.push_back(test::other_stream("audio")); }, remux, "2 streams"},
      {"metadata", [](MediaInfo& i) { i.metadata_keys.emplace_back("location"); }, remux, "location"},
      {"late start", [](MediaInfo& i) { i.video->start_s = Seconds(7, 5); }, remux, "1.4 s"},
      {"long header", [](MediaInfo& i) { i.container_duration_s = 16; }, remux, "16.000000 s"},
      {"long stream header", [](MediaInfo& i) { i.video->header_duration_s = 16; }, remux, "stream header"},
  };
  for (const Flaw& flaw : flaws) {
    CAPTURE(std::string(flaw.name));
    const VideoPlan plan = planned(flaw.make).plan;
    CHECK(plan.action == flaw.action);
    CHECK(plan.reasons.size() == 1);
    for (const std::string& reason : plan.reasons) CHECK_MESSAGE(reason.find(flaw.reason) != std::string::npos, reason);
  }
}

TEST_CASE("a part of a clip can't be copied whole, but perhaps cut") {
  const VideoPlan plan = planned([](MediaInfo&) {}, {.video_window = {.start = Seconds(1)}}).plan;
  CHECK(plan.action == ClipAction::cut);
  CHECK(says(plan, "Only 1 to 6 s"));
}

TEST_CASE("a clip that doesn't start with a key frame may still be cut where one is") {
  const auto late = [](MediaInfo& info) { info.video->starts_with_key_frame = false; };
  CHECK(planned(late).plan.action == ClipAction::cut);
}

TEST_CASE("frames missing at the end of a truncated file only matter when they are wanted") {
  const auto truncated = [](MediaInfo& info) {
    info.video->header_frames = 400;
    info.video->truncated = true;
  };
  CHECK(planned(truncated).plan.action == ClipAction::transcode);  // which finds what is not there
  CHECK(planned(truncated, {.video_window = {.end = Seconds(2)}}).plan.action == ClipAction::cut);
  MediaInfo cut_off = test::clean_video(25, 150);
  truncated(cut_off);
  VideoPlan decoded = planning::lay_out_video(cut_off, {}).value;
  decoded.decoded = true;
  planning::choose_action(decoded, cut_off, {});
  CHECK(decoded.action == ClipAction::cut);
  const auto hidden = [](MediaInfo& info) {
    info.video->header_frames = 400;
    info.video->edit_list = true;
  };
  CHECK(planned(hidden).plan.action == ClipAction::cut);
}

TEST_CASE("a cut takes the frames that its packets allow, when few are lost") {
  const PrepareOptions options{.max_cut_loss_s = Seconds(1, 4)};
  VideoPlan plan = planned([](MediaInfo& info) { info = test::clean_video(25, 500); }, options).plan;
  REQUIRE(plan.action == ClipAction::cut);
  REQUIRE(plan.frames == 375);
  SUBCASE("a quarter of a second may be lost") {
    planning::apply_cut_limits(plan, 369, "", options, "clip.mp4");
    CHECK(plan.action == ClipAction::cut);
    CHECK(plan.frames == 369);
    CHECK(plan.end_s == Seconds(369, 25));
  }
  SUBCASE("more may not") {
    planning::apply_cut_limits(plan, 368, "", options, "clip.mp4");
    CHECK(plan.action == ClipAction::transcode);
    CHECK(plan.frames == 375);
    CHECK(says(plan, "0.280 s early"));
  }
  SUBCASE("without any the obstacle is reported") {
    planning::apply_cut_limits(plan, 0, "No key frame.", options, "clip.mp4");
    CHECK(plan.action == ClipAction::transcode);
    CHECK(says(plan, "No key frame."));
  }
  SUBCASE("where encoding is forbidden that is an error") {
    PrepareOptions strict = options;
    strict.reencode = ReencodePolicy::never;
    CHECK_THROWS_AS(planning::apply_cut_limits(plan, 0, "", strict, "clip.mp4"), Error);
  }
  SUBCASE("another action is left alone") {
    plan.action = ClipAction::remux;
    planning::apply_cut_limits(plan, 0, "", options, "clip.mp4");
    CHECK(plan.action == ClipAction::remux);
  }
}

TEST_CASE("encoding can be demanded and forbidden") {
  const VideoPlan always = planned([](MediaInfo&) {}, {.reencode = ReencodePolicy::always}).plan;
  CHECK(always.action == ClipAction::transcode);
  CHECK(says(always, "asked for"));
  const PrepareOptions never{.reencode = ReencodePolicy::never};
  CHECK(planned([](MediaInfo&) {}, never).plan.action == ClipAction::passthrough);
  try {
    (void)planned([](MediaInfo& info) { info.video->codec = "hevc"; }, never);
    FAIL("HEVC was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.detail().find("hevc") != std::string::npos);
    CHECK(error.hint().find("--reencode") != std::string::npos);
  }
}

TEST_CASE("of a clip that is too long only that is said, not what its headers claim") {
  const VideoPlan plan = planned([](MediaInfo& info) {
                           info = test::clean_video(25, 500);
                           info.video->edit_list = true;
                         }).plan;
  REQUIRE(plan.reasons.size() == 1);
  CHECK(plan.reasons[0] == "Only 0 to 15 s of the 20 s are wanted.");
}

TEST_CASE("tag names count in either case") {
  const auto with = [](const char* key) {
    return planned([key](MediaInfo& info) { info.metadata_keys = {key}; }).plan.action;
  };
  CHECK(with("ENCODER") == ClipAction::passthrough);
  CHECK(with("LOCATION") == ClipAction::remux);
}

TEST_CASE("360 frames at 23.976 are a frame too many") {
  MediaInfo info = test::clean_video(Rational(24000, 1001), 360);
  const VideoPlan plan = planning::plan_video(info, {}).value;
  CHECK(plan.action == ClipAction::cut);
  CHECK(plan.frames == 359);
  info = test::clean_video(Rational(24000, 1001), 359);
  CHECK(planning::plan_video(info, {}).value.action == ClipAction::passthrough);
}

TEST_CASE("a full-length clip whose edit list hides a delay would be too long without it") {
  const auto with_edit_list = [](std::int64_t frames) {
    MediaInfo info = test::clean_video(25, frames);
    info.video->edit_list = true;
    info.video->has_b_frames = true;
    return planning::plan_video(info, {}).value;
  };
  CHECK(with_edit_list(373).action == ClipAction::passthrough);
  CHECK(with_edit_list(374).action == ClipAction::cut);
  CHECK(says(with_edit_list(375), "edit list"));
}

TEST_CASE("untagged colour is copied unchanged, with a warning") {
  const Outcome outcome = planned([](MediaInfo& info) { info.video->color = {}; });
  CHECK(outcome.plan.action == ClipAction::passthrough);
  bool warned = false;
  for (const Warning& warning : outcome.warnings) warned = warned || warning.code == "color_untagged";
  CHECK(warned);
  for (const Warning& warning : planned([](MediaInfo&) {}).warnings) CHECK(warning.code != "color_untagged");
}

TEST_CASE("a standard SD tag is copied and kept, unless BT.709 is asked for") {
  const auto codes = [](const Outcome& outcome) {
    std::string all;
    for (const Warning& warning : outcome.warnings) all += warning.code + " ";
    return all;
  };
  for (const char* tag : {"smpte170m", "bt470bg"}) {
    const auto sd = [tag](MediaInfo& info) {
      info.video->color = {.range = "tv", .space = tag, .transfer = tag, .primaries = tag};
    };
    CHECK(planned(sd).plan.action == ClipAction::passthrough);
    CHECK(codes(planned(sd)) == "low_resolution color_kept ");
    CHECK(planned(sd, {.color = ColorPolicy::keep}).plan.action == ClipAction::passthrough);
    const Outcome asked = planned(sd, {.color = ColorPolicy::bt709});
    CHECK(asked.plan.action == ClipAction::transcode);
    CHECK(says(asked.plan, tag));
  }
}

TEST_CASE("the colour policy decides for wide gamut and for untagged SD") {
  const auto wide = [](MediaInfo& info) { info.video->color.primaries = "smpte432"; };
  CHECK(planned(wide, {.color = ColorPolicy::keep}).plan.action == ClipAction::passthrough);
  CHECK(planned(wide, {.color = ColorPolicy::bt709}).plan.action == ClipAction::transcode);
  const auto untagged = [](MediaInfo& info) { info.video->color = {}; };
  CHECK(planned(untagged, {.color = ColorPolicy::bt709}).plan.action == ClipAction::transcode);
  CHECK(planned([](MediaInfo&) {}, {.color = ColorPolicy::bt709}).plan.action == ClipAction::passthrough);
  const auto reserved = [](MediaInfo& info) { info.video->color.space = "reserved"; };
  CHECK(planned(reserved).plan.action == ClipAction::passthrough);
}

TEST_CASE("a kept rate of 50 is passed through when the policy keeps it") {
  const auto fifty = [](MediaInfo& info) { info = test::clean_video(50, 150); };
  CHECK(planned(fifty, {.fps = FpsPolicy::keep}).plan.action == ClipAction::passthrough);
}

TEST_CASE("several flaws are all named, each once") {
  const VideoPlan plan = planned([](MediaInfo& info) {
                           info.video->codec = "hevc";
                           info.moov_first = false;
                           info.metadata_keys = {"location", "title", "location"};
                         }).plan;
  CHECK(plan.reasons.size() == 3);
  CHECK(says(plan, "location, title."));
}

}  // namespace
}  // namespace react1
