// SPDX-License-Identifier: Apache-2.0
#include "stages/verify/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "stages/common/clip_facts.hpp"

namespace react1::stages {
namespace {

// Sources: lipsync-mode measurements described in docs/verification.md.
const Seconds kWarnDuration(1, 5);
const Rational kFpsShare(1, 1000);
const Seconds kLongBlack(1, 2);
constexpr double kSilentDbfs = -60;
// Mean luma difference from the source, 0..1. An encoder's own noise is around 0.001; a bit-exact copy is below 0.0001.
constexpr double kCopied = 0.0001;
constexpr double kHardlyTouched = 0.001;
constexpr int kCodecBlock = 16;               // a published result is 1920×1088 for 1080 lines
constexpr std::int64_t kDecoderDelay = 2304;  // samples an MP3 reader may add: two frames of padding

std::string show(const Seconds& value) {
  return value.to_decimal(6) + " s";
}

/// A number that the service reported as a double, as an exact value near it.
std::optional<Rational> exact(std::optional<double> value) {
  if (!value || !std::isfinite(*value) || std::abs(*value) > 1e9) return std::nullopt;
  return Rational(std::llround(*value * 1e6), 1'000'000);
}

class Findings {
 public:
  void add(Check check) {
    found_.verdict = std::max(found_.verdict, check.verdict);
    found_.checks.push_back(std::move(check));
  }
  [[nodiscard]] Verification take() { return std::move(found_); }

 private:
  Verification found_;
};

Check reported_is_consistent(const Rational& frames, const Rational& fps, const Seconds& duration) {
  const Rational product = fps * duration;
  const bool holds = abs(frames - product) <= 1;
  return {"reported_frames_match_duration",
          holds ? Verdict::pass : Verdict::warn,
          product,
          frames,
          std::int64_t{1},
          holds ? "the service's frame count equals its fps × duration"
                : "the service's frame count does not equal its fps × duration; the file decides"};
}

Check decodes_cleanly(const ResultFacts& facts) {
  const bool holds =
      facts.decode_errors == 0 && facts.frames_decoded == facts.frames_listed && facts.frames_decoded > 0;
  return {"decodes_cleanly",
          holds ? Verdict::pass : Verdict::fail,
          facts.frames_listed,
          facts.frames_decoded,
          std::int64_t{0},
          holds ? "every frame that the file lists decodes"
                : fmt::format("{} of {} frames decode, {} errors: the file is damaged or incomplete",
                              facts.frames_decoded, facts.frames_listed, facts.decode_errors)};
}

Check decoded_equals_reported(const ResultFacts& facts, const Rational& reported) {
  const bool holds = reported == Rational(facts.frames_decoded);
  return {"decoded_frames_match_reported",
          holds ? Verdict::pass : Verdict::fail,
          reported,
          facts.frames_decoded,
          std::int64_t{0},
          holds ? "the file holds as many frames as the service reported"
                : "the file holds another number of frames than the service reported"};
}

Check size_in_bytes(const ResultFacts& facts, std::int64_t reported) {
  const bool holds = reported == facts.bytes;
  return {"bytes_match_reported",
          holds ? Verdict::pass : Verdict::fail,
          reported,
          facts.bytes,
          std::int64_t{0},
          holds ? "the file is as large as the service reported" : "the file is not as large as the service reported"};
}

bool fps_is_kept(const ResultFacts& facts, const Expectation& expected) {
  return expected.clips.fps > 0 && abs(facts.fps - expected.clips.fps) <= expected.clips.fps * kFpsShare;
}

Check fps_check(const ResultFacts& facts, const Expectation& expected) {
  const bool holds = fps_is_kept(facts, expected);
  return {"fps_matches_input",
          holds ? Verdict::pass : Verdict::warn,
          expected.clips.fps,
          facts.fps,
          expected.clips.fps * kFpsShare,
          holds ? "the frame rate is that of the prepared video"
                : "the frame rate changed; frame counts are not compared, durations are"};
}

/// Why the duration may be off: the other cell of the mode table, or MP3 padding counted.
std::string duration_cause(const Seconds& actual, const Expectation& expected) {
  const Seconds near(1, 10);
  const Seconds padding(kDecoderDelay, std::max(expected.clips.sample_rate, 1));
  if (abs(actual - expected.clips.video_s) <= near &&
      abs(expected.prediction.duration_s - expected.clips.video_s) > near) {
    return "it equals the video's length: the service read the mode the other way round";
  }
  if (actual > expected.clips.audio_s && actual - expected.clips.audio_s <= padding + near) {
    return "it is the audio's length plus padding: the service counted the MP3 encoder's padding";
  }
  if (abs(actual - expected.clips.audio_s) <= near)
    return "it equals the audio's length: the service read the mode another way";
  return "no known cause fits; compare the clips with the result";
}

Check duration_check(const ResultFacts& facts, const Expectation& expected) {
  const Seconds predicted = expected.prediction.duration_s;
  const Seconds frame = facts.fps > 0 ? Rational(1) / facts.fps : Seconds(1, 24);
  const Seconds tolerance = frame + Seconds(kDecoderDelay, std::max(expected.clips.sample_rate, 1));
  const Seconds off = abs(facts.video_s - predicted);
  Check check{"duration_as_predicted", Verdict::pass, predicted, facts.video_s, tolerance, ""};
  const std::string_view mode = to_string(expected.prediction.lipsync_mode);
  if (off <= tolerance) {
    check.message = fmt::format("the length is what {} should give", mode);
  } else {
    check.verdict = off <= kWarnDuration ? Verdict::warn : Verdict::fail;
    check.message =
        fmt::format("{} off what {} should give; {}", show(off), mode, duration_cause(facts.video_s, expected));
  }
  return check;
}

Check frames_check(const ResultFacts& facts, const Expectation& expected) {
  const std::int64_t predicted = expected.prediction.frames;
  const Seconds padding(kDecoderDelay, std::max(expected.clips.sample_rate, 1));
  const std::int64_t tolerance = 1 + (padding * expected.clips.fps).ceil();
  const std::int64_t off = std::abs(facts.frames_decoded - predicted);
  const std::int64_t warn_up_to = (kWarnDuration * expected.clips.fps).ceil();
  Check check{"frames_as_predicted", Verdict::pass, predicted, facts.frames_decoded, tolerance, ""};
  if (off <= tolerance) {
    check.message = off == 0 ? "exactly the predicted frames" : fmt::format("{} frame(s) off, within tolerance", off);
  } else {
    check.verdict = off <= warn_up_to ? Verdict::warn : Verdict::fail;
    check.message = fmt::format("{} frames off; {}", off, duration_cause(facts.video_s, expected));
  }
  return check;
}

bool same_or_rounded_up(int actual, int expected) {
  return actual == expected || actual == (expected + kCodecBlock - 1) / kCodecBlock * kCodecBlock;
}

Check picture_size_check(const ResultFacts& facts, const Expectation& expected) {
  const bool holds =
      same_or_rounded_up(facts.width, expected.width) && same_or_rounded_up(facts.height, expected.height);
  return {"picture_size",
          holds ? Verdict::pass : Verdict::fail,
          fmt::format("{}x{}", expected.width, expected.height),
          fmt::format("{}x{}", facts.width, facts.height),
          fmt::format("rounded up to {}", kCodecBlock),
          holds ? "the picture has the size of the prepared video"
                : "the picture's size is neither the prepared video's nor that rounded up to 16"};
}

void check_audio(const ResultFacts& facts, Findings& findings) {
  if (!facts.audio_s) {
    findings.add({"audio_present",
                  Verdict::fail,
                  std::string("an audio stream"),
                  std::string("none"),
                  {},
                  "the result has no sound"});
    return;
  }
  findings.add({"audio_present",
                Verdict::pass,
                std::string("an audio stream"),
                std::string("an audio stream"),
                {},
                "the result has sound"});
  const bool audible = facts.audio_peak_dbfs > kSilentDbfs;
  findings.add({"audio_not_silent",
                audible ? Verdict::pass : Verdict::fail,
                fmt::format("> {:.0f} dBFS", kSilentDbfs),
                fmt::format("{:.1f} dBFS peak", facts.audio_peak_dbfs),
                {},
                audible ? "the sound is audible" : "the sound is silent from start to end"});
  const Seconds frame = facts.fps > 0 ? Rational(1) / facts.fps : Seconds(1, 24);
  const Seconds off = abs(*facts.audio_s - facts.video_s);
  // One AAC or MP3 block may extend beyond the frame: no encoder can end inside a block.
  const Seconds block(1152, 44100);
  Check check{"audio_spans_picture", Verdict::pass, facts.video_s,
              *facts.audio_s,        frame + block, "the sound is as long as the picture"};
  if (off > frame + block) {
    check.verdict = off <= kWarnDuration ? Verdict::warn : Verdict::fail;
    check.message = fmt::format("sound and picture differ by {}", show(off));
  }
  findings.add(std::move(check));
}

/// silence keeps a voice that is longer than the picture: the picture then has to freeze for the rest.
Seconds allowed_freeze(const ResultFacts& facts, const std::optional<Expectation>& expected) {
  Seconds allowed = std::max(kLongFreeze, facts.source_freeze_s.value_or(Seconds(0)) * Rational(2));
  if (expected && expected->prediction.lipsync_mode == LipsyncMode::silence &&
      expected->clips.audio_s > expected->clips.video_s) {
    allowed = allowed + expected->clips.audio_s - expected->clips.video_s;
  }
  return allowed;
}

void check_picture(const ResultFacts& facts, const std::optional<Expectation>& expected, Findings& findings) {
  const Seconds allowed = allowed_freeze(facts, expected);
  const bool moves = facts.longest_freeze_s <= allowed;
  findings.add({"no_long_freeze", moves ? Verdict::pass : Verdict::warn, Seconds(0), facts.longest_freeze_s, allowed,
                moves ? "the picture keeps moving" : "the picture freezes for long"});
  const bool lit = facts.longest_black_s <= kLongBlack;
  findings.add({"no_black_stretch", lit ? Verdict::pass : Verdict::warn, Seconds(0), facts.longest_black_s, kLongBlack,
                lit ? "no black stretch" : "a stretch of the picture is black"});
  if (!expected) return;
  if (expected->sandbox) {
    findings.add({"differs_from_source",
                  Verdict::pass,
                  std::string("not judged"),
                  std::string("sandbox"),
                  {},
                  "made by the sandbox, which renders timing and never lip-syncs"});
    return;
  }
  if (!facts.difference_from_source) return;
  const double difference = *facts.difference_from_source;
  Check check{"differs_from_source",
              Verdict::pass,
              fmt::format("> {}", kHardlyTouched),
              fmt::format("{:.6f}", difference),
              {},
              "the pictures differ from the source's"};
  if (difference <= kCopied) {
    check.verdict = Verdict::fail;
    check.message = "the pictures are the source's: nothing was done";
  } else if (difference <= kHardlyTouched) {
    check.verdict = Verdict::warn;
    check.message = "the pictures hardly differ from the source's; look at the mouth";
  }
  findings.add(std::move(check));
}

void check_reported(const ResultFacts& facts, const ResultVideo& reported, Findings& findings) {
  const auto frames = exact(reported.num_frames);
  const auto fps = exact(reported.fps);
  const auto duration = exact(reported.duration_s);
  if (frames && fps && duration) findings.add(reported_is_consistent(*frames, *fps, *duration));
  if (frames) findings.add(decoded_equals_reported(facts, *frames));
  if (reported.file_size) findings.add(size_in_bytes(facts, *reported.file_size));
}

}  // namespace

Expectation expectation_of(const Preparation& preparation, bool sandbox) {
  Expectation expected;
  expected.prediction = preparation.prediction;
  expected.clips = measured_facts(preparation.video, preparation.audio);
  if (preparation.video.video) {
    expected.width = preparation.video.video->width;
    expected.height = preparation.video.video->height;
  }
  expected.sandbox = sandbox;
  return expected;
}

Verification check_result(const ResultFacts& facts, const std::optional<ResultVideo>& reported,
                          const std::optional<Expectation>& expected) {
  Findings findings;
  findings.add({"container",
                facts.is_mp4 ? Verdict::pass : Verdict::warn,
                std::string("mp4"),
                std::string(facts.is_mp4 ? "mp4" : "another container"),
                {},
                facts.is_mp4 ? "an MP4 file" : "not an MP4 file, though it was announced as one"});
  findings.add(decodes_cleanly(facts));
  if (reported) check_reported(facts, *reported, findings);
  if (expected) {
    findings.add(fps_check(facts, *expected));
    findings.add(duration_check(facts, *expected));
    if (fps_is_kept(facts, *expected)) findings.add(frames_check(facts, *expected));
    findings.add(picture_size_check(facts, *expected));
  }
  check_audio(facts, findings);
  check_picture(facts, expected, findings);
  return findings.take();
}

Verification unreadable_result(const std::string& reason) {
  return {Verdict::fail,
          {{"readable", Verdict::fail, std::string("a media file"), reason, {}, "the file can't be read as media"}}};
}

}  // namespace react1::stages
