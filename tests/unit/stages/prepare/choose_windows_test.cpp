// SPDX-License-Identifier: Apache-2.0
// Which part of the clips is taken, what the record says about it, and that plan and prepare agree.
#include "stages/prepare/choose_windows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/paths.hpp"
#include "support/sounds.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using test::fixture;

namespace {

constexpr int kRate = 16000;

/// A voice in a folder of its own.
struct Voice {
  TemporaryDirectory folder;
  std::string file = (folder.path() / "voice.wav").string();
  explicit Voice(const test::Sound& sound, int sample_rate = kRate) { test::write_sound(file, sample_rate, sound); }
  explicit Voice(std::initializer_list<test::Word> words) : Voice(test::Sound{test::words(words, kRate)}) {}
};

std::string short_video() {
  return fixture("presenter_h264_25fps_6s.mp4");
}
std::string long_video() {
  return fixture("presenter_h264_23976_20s.mp4");
}

Preparation planned(const std::string& audio, const PrepareOptions& prepare = {},
                    const std::string& video = short_video()) {
  PipelineOptions options;
  options.prepare = prepare;
  return plan(video, audio, options, RunContext{});
}

const Warning* warning(const Preparation& preparation, const std::string& code) {
  const auto found = std::find_if(preparation.warnings.begin(), preparation.warnings.end(),
                                  [&](const Warning& each) { return each.code == code; });
  return found == preparation.warnings.end() ? nullptr : &*found;
}

/// Speech to 11 s, a pause of 0.4 s, speech to 20 s.
const test::Sound pause_at_11{test::words({{1, 10}, {0.4, 8.6}}, kRate)};

TEST_CASE("voice that is too long ends at the last pause, exactly where the user sets it, or at the limit") {
  const Voice voice(pause_at_11);
  const Preparation near = planned(voice.file, {.cut = {.lookback_s = 4}});
  CHECK(near.audio.window_end_s == Seconds(1115, 100));
  CHECK(near.audio.audio->samples == 535'200);
  REQUIRE(warning(near, "cut_at_pause"));
  CHECK(warning(near, "cut_at_pause")->message.find("0 to 11.15 s") != std::string::npos);
  CHECK_FALSE(warning(near, "trimmed_to_limit"));

  const Preparation far = planned(voice.file);  // the pause is 3.95 s before the limit
  CHECK(far.audio.audio->samples == 717'696);
  CHECK(warning(far, "cut_in_sound"));
  CHECK(warning(far, "trimmed_to_limit"));

  CHECK(planned(voice.file, {.cut = {.policy = CutPolicy::exact, .lookback_s = 4}}).audio.audio->samples == 717'696);
  const PrepareOptions named{.audio_window = {.end = Seconds(12)}};
  CHECK(planned(voice.file, named).audio.audio->samples == 576'000);
  PrepareOptions named_pause = named;
  named_pause.cut.policy = CutPolicy::pause;
  CHECK(planned(voice.file, named_pause).audio.window_end_s == Seconds(1115, 100));
}

TEST_CASE("a cut into a word always warns, even if the user named it, and a cut into a pause never does") {
  const Voice voice(pause_at_11);
  const auto cut_at = [&](const PrepareOptions& options) { return planned(voice.file, options); };
  for (const PrepareOptions& options :
       {PrepareOptions{.audio_window = {.end = Seconds(12)}}, PrepareOptions{.audio_window = {.duration = Seconds(9)}},
        PrepareOptions{.cut = {.policy = CutPolicy::exact}}, PrepareOptions{.max_duration_s = 9}, PrepareOptions{},
        PrepareOptions{.audio_window = {.end = Seconds(10)}, .cut = {.policy = CutPolicy::pause}}}) {
    CHECK(warning(cut_at(options), "cut_in_sound"));
  }
  CHECK_FALSE(warning(cut_at({.audio_window = {.end = Seconds(112, 10)}}), "cut_in_sound"));
  CHECK_FALSE(warning(cut_at({.audio_window = {.end = Seconds(112, 10)}, .cut = {.policy = CutPolicy::pause}}),
                      "cut_in_sound"));
  CHECK_FALSE(warning(planned(Voice({{1, 9}, {6, 8}}).file), "cut_in_sound"));
  CHECK_FALSE(warning(planned(Voice({{1, 9}}).file), "cut_in_sound"));  // nothing is cut
}

TEST_CASE("without a pause the cut falls at the quietest instant in reach, with a warning") {
  std::vector<float> sound = test::words({{0, 20}}, kRate);
  for (std::size_t i = 13 * kRate; i < 13 * kRate + kRate / 10; ++i) sound[i] *= 0.4F;
  const Preparation made = planned(Voice(test::Sound{sound}).file);
  CHECK(made.audio.window_end_s >= Seconds(13));
  CHECK(made.audio.window_end_s <= Seconds(131, 10));
  REQUIRE(warning(made, "cut_in_sound"));
  CHECK_FALSE(warning(made, "cut_at_pause"));
  const Preparation best = planned(Voice(test::Sound{sound}).file, {.window = WindowChoice::speech});
  CHECK(best.audio.window_end_s <= Seconds(131, 10));
  CHECK(warning(best, "cut_in_sound"));
}

TEST_CASE("the voice is found at its place at every level, over every noise, in plan and in the made clip") {
  struct Case {
    double voice, noise;
  };
  for (const Case& each :
       {Case{-20, -200}, {-20, -38}, {-35, -70}, {-46, -90}, {-50, -75}, {-55, -200}, {-55, -80}, {-58, -85}}) {
    CAPTURE(each.voice);
    CAPTURE(each.noise);
    // Speech at 1–4 s and 4.5–8 s of 13 s.
    std::vector<float> sound = test::syllables({{1, 3}, {0.5, 3.5}}, kRate, each.voice);
    test::append(sound, test::silence(5, kRate));
    test::add_noise(sound, each.noise);
    const Voice voice(test::Sound{sound});
    const TemporaryDirectory folder;
    PipelineOptions options;
    options.prepare.audio_window.start = Seconds(1, 2);  // times count from the start of the prepared clip
    options.prepare.video_preset = "ultrafast";
    const Preparation plan = react1::plan(short_video(), voice.file, options, RunContext{});
    const Preparation made = prepare(short_video(), voice.file, folder.path().string(), options, RunContext{});
    for (const Preparation& preparation : {plan, made}) {
      REQUIRE(preparation.speech);
      REQUIRE(preparation.speech->segments.size() == 2);
      const std::vector<SpeechSegment>& segments = preparation.speech->segments;
      CHECK(abs(segments[0].start_s - Seconds(1, 2)) <= Seconds(6, 100));
      CHECK(abs(segments[0].end_s - Seconds(35, 10)) <= Seconds(6, 100));
      CHECK(abs(segments[1].start_s - Seconds(4)) <= Seconds(6, 100));
      CHECK(abs(segments[1].end_s - Seconds(75, 10)) <= Seconds(6, 100));
      CHECK(abs(preparation.speech->share - Rational(65, 125)) < Rational(2, 100));
      // Of the blocks; the softest parts between syllables may count as silence.
      CHECK(std::abs(*preparation.audio.levels->silence_share - 0.53) < 0.07);
      CHECK_FALSE(preparation.advice.rule == "0");
    }
  }
}

TEST_CASE("a tail of less than a tenth of a second is cut off rather than three seconds given up") {
  const Voice voice({{0, 12}, {0.4, 2.6}});  // 15.0 s; an MP3 holds 14.952
  const Preparation made = planned(voice.file);
  CHECK(made.audio.audio->samples == 717'696);
  CHECK_FALSE(warning(made, "cut_at_pause"));
}

TEST_CASE("the best stretch of speech is found wherever it is, within what the window allows") {
  const Voice voice({{2, 3}, {30, 6}, {0.5, 5}, {30, 4}});  // most at 35 to 46.5 s
  const Preparation best = planned(voice.file, {.window = WindowChoice::speech});
  CHECK(best.audio.window_start_s == Seconds(349, 10));
  CHECK(best.audio.window_end_s == Seconds(4665, 100));
  CHECK(best.video.window_start_s == 0);
  CHECK(best.video.video->frames == 150);  // the video is another clip: it stays
  REQUIRE(warning(best, "speech_window"));

  const Preparation early = planned(voice.file, {.audio_window = {.end = Seconds(30)}, .window = WindowChoice::speech});
  CHECK(early.audio.window_start_s == Seconds(19, 10));
  CHECK(early.audio.window_end_s == Seconds(515, 100));
  const Preparation brief =
      planned(voice.file, {.audio_window = {.duration = Seconds(7)}, .window = WindowChoice::speech});
  CHECK(brief.audio.window_start_s == Seconds(349, 10));
  CHECK(brief.audio.window_end_s == Seconds(4115, 100));
}

TEST_CASE("without speech the start is taken, and the advice is to hold") {
  const Voice silent(test::Sound{test::silence(20, kRate)});
  const Preparation made = planned(silent.file, {.window = WindowChoice::speech});
  CHECK(warning(made, "no_speech_found"));
  CHECK(made.audio.window_start_s == 0);
  CHECK(made.advice.hold);
  CHECK(made.advice.rule == "0");
  CHECK_FALSE(made.audio.levels->integrated_lufs);
  CHECK_FALSE(made.audio.levels->true_peak_dbtp);
  CHECK(made.audio.levels->silence_share.value() == 1);
  REQUIRE(made.speech);
  CHECK_FALSE(made.speech->found());
  CHECK(made.speech->share == 0);
}

TEST_CASE("a noise floor below the gate and a constant voltage are no speech: hold before paying") {
  std::vector<float> floor = test::sine(5, kRate, 997, 0.0014);  // -60 dBFS
  CHECK(planned(Voice(test::Sound{floor}).file).advice.hold);
  for (float& sample : floor) sample += 0.25F;
  CHECK(planned(Voice(test::Sound{floor}).file).advice.hold);
}

TEST_CASE("long silence at the start is reported with its length and the remedy") {
  const Voice late({{3.2, 3}});
  const Preparation made = planned(late.file);
  REQUIRE(warning(made, "leading_silence"));
  CHECK(warning(made, "leading_silence")->message.find("3.20 s") != std::string::npos);
  CHECK(warning(made, "leading_silence")->message.find("--window speech") != std::string::npos);
  CHECK_FALSE(warning(planned(Voice({{0.5, 3}}).file), "leading_silence"));
}

TEST_CASE("channels that cancel each other become one, and equal ones stay two") {
  const std::vector<float> left = test::words({{0.5, 4}}, 48000);
  std::vector<float> right = left;
  CHECK(planned(Voice({left, right}, 48000).file).audio.audio->channels == 2);
  for (float& sample : right) sample = -sample;
  const Voice inverted({left, right}, 48000);
  const Preparation made = planned(inverted.file);
  CHECK(made.audio.audio->channels == 1);
  REQUIRE(warning(made, "phase_inverted"));
  CHECK(warning(made, "phase_inverted")->message.find("-1.00") != std::string::npos);
  CHECK_FALSE(made.advice.hold);  // the voice is heard
}

TEST_CASE("clipping of the source is counted") {
  std::vector<float> sound = test::words({{0.5, 2}}, kRate);
  std::fill(sound.begin() + 16000, sound.begin() + 16010, 1.0F);
  const Preparation made = planned(Voice(test::Sound{sound}).file);
  CHECK(made.audio.levels->clipped_samples.value() == 10);
  CHECK(warning(made, "clipped"));
}

TEST_CASE("plan and prepare choose the same windows and counts, and measure nearly the same levels") {
  const Voice voice(pause_at_11);
  for (const bool loud : {false, true}) {
    CAPTURE(loud);
    PipelineOptions options;
    options.prepare.cut.lookback_s = 4;
    if (loud) options.prepare.loudness_lufs = -20;
    const TemporaryDirectory folder;
    const Preparation plan = react1::plan(short_video(), voice.file, options, RunContext{});
    const Preparation made = prepare(short_video(), voice.file, folder.path().string(), options, RunContext{});
    CHECK(plan.audio.window_start_s == made.audio.window_start_s);
    CHECK(plan.audio.window_end_s == made.audio.window_end_s);
    CHECK(plan.audio.audio->samples == made.audio.audio->samples);
    CHECK(plan.video.video->frames == made.video.video->frames);
    CHECK(plan.advice.rule == made.advice.rule);
    CHECK(plan.advice.lipsync_mode == made.advice.lipsync_mode);
    CHECK(plan.warnings.size() == made.warnings.size());
    CHECK(std::abs(*plan.audio.levels->integrated_lufs - *made.audio.levels->integrated_lufs) < 0.6);
    if (loud) CHECK(std::abs(*made.audio.levels->integrated_lufs + 20) < 0.5);
    CHECK(std::abs(*plan.audio.levels->silence_share - *made.audio.levels->silence_share) < 0.02);
  }
}

TEST_CASE("a silent clip keeps its level when a loudness is requested, with a warning") {
  const Voice silent(test::Sound{test::silence(3, kRate)});
  PipelineOptions options;
  options.prepare.loudness_lufs = -16;
  const TemporaryDirectory folder;
  const Preparation made = prepare(short_video(), silent.file, folder.path().string(), options, RunContext{});
  CHECK(warning(made, "loudness_unknown"));
}

TEST_CASE("an MP3 that ends in a pause is still copied, and cut in sound it is copied with the reason") {
  const Voice voice(pause_at_11);
  const TemporaryDirectory folder;
  // An MP3 of 14 s with its tag, made by ourselves.
  const Preparation first = prepare(short_video(), voice.file, folder.path().string(),
                                    {.prepare = {.audio_window = {.end = Seconds(14)}}}, {});
  REQUIRE(first.audio.audio->samples == 14 * 48000);
  PrepareOptions tight{.max_duration_s = 12};
  const Preparation paused = planned(first.audio.path, tight);
  CHECK(paused.audio.action == ClipAction::cut);
  CHECK(paused.audio.duration_s > Seconds(1105, 100));
  CHECK(paused.audio.duration_s <= Seconds(1115, 100));
  tight.cut.policy = CutPolicy::exact;
  const Preparation exact = planned(first.audio.path, tight);
  CHECK(exact.audio.action == ClipAction::cut);
  const std::string reasons = [&] {
    std::string all;
    for (const std::string& reason : exact.audio.reasons) all += reason;
    return all;
  }();
  CHECK(reasons.find("can't be faded") != std::string::npos);

  PrepareOptions right_already{.loudness_lufs = *first.audio.levels->integrated_lufs + 0.3};
  CHECK(planned(first.audio.path, right_already).audio.action == ClipAction::passthrough);
  right_already.loudness_lufs = *first.audio.levels->integrated_lufs - 3;
  CHECK(planned(first.audio.path, right_already).audio.action == ClipAction::transcode);
}

// The same take ------------------------------------------------------------------------------------------------------

TEST_CASE("both clips of a take are cut at the same instant, at a pause of the voice") {
  const Voice voice(pause_at_11);
  const Preparation take = planned(voice.file, {.same_take = true, .cut = {.lookback_s = 4}}, long_video());
  const PreparedClip::Video& video = take.video.video.value();
  CHECK(video.fps == Rational(24000, 1001));
  // 11.15 s hold 267 whole frames; a copy ends at most so much earlier that it stays in the pause.
  CHECK(video.frames <= 267);
  CHECK(take.video.duration_s > Seconds(11));
  CHECK(abs(take.audio.duration_s - take.video.duration_s) < Seconds(1, 1000));
  CHECK(take.advice.rule == "1");
  CHECK(take.offset.same_take);
  CHECK(take.offset.kept);
  CHECK(take.offset.audio_late_s == Seconds(0));
}

TEST_CASE("a take's window counts from the first frame and is the same for both clips") {
  const Voice voice(pause_at_11);
  const WindowOptions window{.start = Seconds(5), .end = Seconds(9)};
  const Preparation take =
      planned(voice.file, {.video_window = window, .audio_window = window, .same_take = true}, long_video());
  CHECK(take.video.window_start_s == Rational(120 * 1001, 24000));
  CHECK(take.audio.window_start_s == take.video.window_start_s);
  CHECK(take.audio.window_end_s == take.video.window_start_s + take.video.duration_s);
}

/// The chooser on clips whose sound starts `late` after the picture, as one file would have it.
struct Take {
  std::string video_file = long_video(), audio_file;
  MediaInfo video = probe(video_file), audio;
  PipelineOptions options;
  std::vector<Warning> warnings;

  Take(const Voice& voice, const Seconds& late) : audio_file(voice.file), audio(probe(voice.file)) {
    audio.path = video.path;
    audio.audio->start_s = video.video->start_s + late;
    options.prepare.same_take = true;
  }
  struct Plans {
    VideoPlan video;
    AudioPlan audio;
    TakeOffset offset;
  };
  Plans plans() {
    const media::ClipInput picture{audio_file, video}, sound{audio_file, audio};
    stages::WindowChooser chooser(picture, sound, options, RunContext{});
    planning::append(warnings, chooser.warnings());
    Plans made;
    made.video = planning::unwrap(planning::plan_video(video, chooser.video_options()), warnings);
    made.audio = planning::unwrap(chooser.plan_audio(&made.video, RunContext{}), warnings);
    made.offset = chooser.offset();
    return made;
  }
  [[nodiscard]] bool warned(const std::string& code) const {
    return std::any_of(warnings.begin(), warnings.end(), [&](const Warning& each) { return each.code == code; });
  }
};

TEST_CASE("sound that starts 0.476 s late in its take gets as much silence before it") {
  const Voice voice({{0, 5}});
  Take take(voice, Seconds(476, 1000));
  const Take::Plans made = take.plans();
  CHECK(made.audio.treatment.silence_before_s == Seconds(476, 1000));
  CHECK(made.audio.start_s == 0);
  CHECK(made.offset.silence_added_s == Seconds(476, 1000));
  CHECK(made.offset.audio_late_s == Seconds(476, 1000));
  // The sound ends at 5.476 s, the picture with the last whole frame before that.
  CHECK(made.video.frames == 131);
  CHECK(made.audio.samples == (Rational(131 * 1001, 24000) * 48000).floor());
  CHECK(take.warned("take_tail"));
}

TEST_CASE("a take's window inside the sound needs no silence, and the offset is kept nevertheless") {
  const Voice voice({{0, 12}});
  Take take(voice, Seconds(476, 1000));
  take.options.prepare.video_window = take.options.prepare.audio_window = {.start = Seconds(2), .end = Seconds(6)};
  const Take::Plans made = take.plans();
  CHECK(made.audio.treatment.silence_before_s == 0);
  CHECK(made.video.start_s == Rational(48 * 1001, 24000));
  CHECK(made.audio.start_s == made.video.start_s - Seconds(476, 1000));
  CHECK(made.audio.treatment.fade_in_s == Seconds(1, 100));
  CHECK(made.audio.treatment.fade_out_s == Seconds(1, 100));
}

TEST_CASE("sound before the first frame of its take is left out, with a warning") {
  const Voice voice({{0, 12}});
  Take take(voice, Seconds(-1, 2));
  const Take::Plans made = take.plans();
  CHECK(made.audio.start_s == Seconds(1, 2));
  CHECK(made.audio.treatment.silence_before_s == 0);
  CHECK(take.warned("sound_before_picture"));
}

TEST_CASE("the best stretch of speech moves both clips of a take") {
  const Voice voice({{6, 1}, {1, 8}, {0.5, 1}});
  Take take(voice, Seconds(1));
  take.options.prepare.window = WindowChoice::speech;
  take.options.prepare.max_duration_s = 9;
  const Take::Plans made = take.plans();
  // Speech from 8 to 16 s of the sound, 9 to 17 s of the picture; the window starts with the frame before 8.9 s.
  CHECK(made.video.start_s == Rational(213 * 1001, 24000));
  CHECK(made.audio.start_s == made.video.start_s - 1);
  CHECK(made.audio.start_s < Seconds(8));
  CHECK(made.audio.end_s >= Seconds(16));
  CHECK(made.audio.end_s <= Seconds(1625, 100));
}

TEST_CASE("the limit holds for every start and offset of a take") {
  const Voice voice({{0, 3}, {0.3, 4}, {0.2, 9}, {0.5, 8}});
  for (const Seconds& late : {Seconds(-2), Seconds(-1, 3), Seconds(0), Seconds(476, 1000), Seconds(4)}) {
    for (const WindowChoice choice : {WindowChoice::head, WindowChoice::speech}) {
      CAPTURE(late.to_decimal(3));
      Take take(voice, late);
      take.options.prepare.window = choice;
      const Take::Plans made = take.plans();
      const Seconds video = Rational(made.video.frames) / made.video.fps;
      const Seconds audio(made.audio.samples, made.audio.sample_rate);
      CHECK(video <= 15);
      CHECK(audio <= Seconds(717'696, 48000));
      CHECK(abs(video - audio) < Seconds(1, 1000));
      CHECK(made.audio.start_s - made.audio.treatment.silence_before_s + late == made.video.start_s);
    }
  }
}

TEST_CASE("a take whose sound is outside the picture is refused") {
  const Voice voice({{0, 2}});
  CHECK_THROWS_AS((void)Take(voice, Seconds(-3)).plans(), Error);
  Take late(voice, Seconds(5));
  late.options.prepare.video_window = late.options.prepare.audio_window = {.end = Seconds(4)};
  CHECK_THROWS_AS((void)late.plans(), Error);
}

TEST_CASE("clips that are no take lose the offset, and the record says how much") {
  const Voice voice({{0.2, 5}});
  const Preparation made = planned(voice.file);
  CHECK_FALSE(made.offset.same_take);
  CHECK_FALSE(made.offset.kept);
  CHECK_FALSE(made.offset.audio_late_s);
  const Preparation from_video = planned(fixture("presenter_h264_bframes_25fps_6s_audio.mp4"));
  CHECK(from_video.offset.audio_late_s.has_value());
}

TEST_CASE("the voice of real speech is chosen and cut where it pauses") {
  const auto media = test::media_folder();
  if (!media) return;
  const std::string speech = (*media / "speech_16k_mono_60s.wav").string();
  const Preparation head = planned(speech);
  CHECK(warning(head, "cut_at_pause"));
  CHECK(head.audio.window_end_s > Seconds(11));
  CHECK(head.audio.window_end_s < Seconds(1202, 100));  // a breath from 11.38 to 12.01 s
  const Preparation best = planned(speech, {.window = WindowChoice::speech});
  CHECK(*best.audio.levels->silence_share <= *head.audio.levels->silence_share);
}

}  // namespace
