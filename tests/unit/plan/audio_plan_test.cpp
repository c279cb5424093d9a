// SPDX-License-Identifier: Apache-2.0
// Rate, channels, count and action of the planned audio.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

#include <react1/error.hpp>

#include "plan/encode_plan.hpp"
#include "unit/plan/media_facts.hpp"

namespace react1 {
namespace {

using test::sound;

AudioPlan planned(const MediaInfo& info, const PrepareOptions& options = {}) {
  return planning::plan_audio(info, options).value;
}

bool says(const AudioPlan& plan, const std::string& words) {
  for (const std::string& reason : plan.reasons) {
    if (reason.find(words) != std::string::npos) return true;
  }
  return false;
}

MediaInfo mp3(int sample_rate, std::int64_t samples) {
  MediaInfo info = sound("mp3", "mp3", sample_rate, 1, samples);
  info.metadata_keys = {"encoder"};
  info.audio->priming = 1105;
  return info;
}

TEST_CASE("the 44.1 kHz family becomes 44.1 kHz and all other rates 48") {
  const std::array<std::pair<int, int>, 10> table{{{44100, 44100},
                                                   {22050, 44100},
                                                   {11025, 44100},
                                                   {88200, 44100},
                                                   {176400, 44100},
                                                   {48000, 48000},
                                                   {16000, 48000},
                                                   {8000, 48000},
                                                   {96000, 48000},
                                                   {32000, 48000}}};
  for (const auto& [source, target] : table) {
    const AudioPlan plan = planned(sound("pcm_s16le", "wav", source, 1, source * std::int64_t{3}));
    CHECK(plan.sample_rate == target);
    CHECK(plan.samples == std::int64_t{3} * target);
  }
}

TEST_CASE("the encoded file with its tag and padding fits whatever the length and the limit") {
  for (const int rate : {44100, 48000}) {
    for (const Seconds& limit : {Seconds(15), Seconds(29, 2), Seconds(1)}) {
      for (std::int64_t samples = 1; samples < std::int64_t{20} * rate; samples += 7919) {
        const AudioPlan plan = planned(sound("pcm_s16le", "wav", rate, 1, samples), {.max_duration_s = limit});
        REQUIRE(plan.samples >= 1);
        // Frames of the sound, one that flushes the encoder and one for the tag.
        const std::int64_t frames = Rational(plan.samples, 1152).ceil() + 2;
        REQUIRE(Rational(frames * 1152, rate) <= limit);
        REQUIRE(plan.samples <= samples);
      }
    }
  }
}

TEST_CASE("fifteen seconds leave room for 623 frames at 48 kHz and 572 at 44.1") {
  CHECK(planned(sound("pcm_s16le", "wav", 48000, 1, 48000 * 60)).samples == 623 * 1152);
  CHECK(planned(sound("pcm_s16le", "wav", 44100, 1, 44100 * 60)).samples == 572 * 1152);
}

TEST_CASE("mono stays mono and everything else becomes stereo") {
  CHECK(planned(sound("pcm_s16le", "wav", 48000, 1, 48000)).channels == 1);
  CHECK(planned(sound("pcm_s16le", "wav", 48000, 2, 48000)).channels == 2);
  CHECK(planned(sound("pcm_s16le", "wav", 48000, 6, 48000)).channels == 2);
}

TEST_CASE("the bit rate is a valid one, the nearest to what was asked for") {
  const auto bitrate = [](int kbps, int channels) {
    return planned(sound("pcm_s16le", "wav", 48000, channels, 48000), {.audio_bitrate_kbps_per_channel = kbps})
        .bitrate_kbps;
  };
  CHECK(bitrate(128, 1) == 128);
  CHECK(bitrate(128, 2) == 256);
  CHECK(bitrate(150, 2) == 320);
  CHECK(bitrate(160, 2) == 320);
  CHECK(bitrate(36, 1) == 40);
  CHECK(bitrate(32, 1) == 32);
}

TEST_CASE("an MP3 that complies is passed through with its own samples") {
  const AudioPlan plan = planned(mp3(44100, 5 * 44100));
  CHECK(plan.action == ClipAction::passthrough);
  CHECK(plan.reasons.empty());
  CHECK(plan.samples == 5 * 44100);
  CHECK(plan.sample_rate == 44100);
}

TEST_CASE("an MP3 whose physical frames may pass the limit is cut") {
  CHECK(planned(mp3(48000, 720000 - 3456)).action == ClipAction::passthrough);
  const AudioPlan plan = planned(mp3(48000, 720000 - 3455));
  CHECK(plan.action == ClipAction::cut);
  CHECK(says(plan, "tag and padding"));
  MediaInfo claims = mp3(48000, 48000);
  claims.container_duration_s = 15;
  CHECK(planned(claims).action == ClipAction::cut);
}

TEST_CASE("a cut MP3 keeps whole frames, within the window and with its tag within the limit") {
  for (const int rate : {44100, 48000}) {
    for (const Seconds& end : {Seconds(1, 2), Seconds(5), Seconds(143, 10), Seconds(15)}) {
      const AudioPlan plan = planned(mp3(rate, std::int64_t{60} * rate), {.audio_window = {.end = end}});
      CAPTURE(end);
      REQUIRE(plan.action == ClipAction::cut);
      CHECK(plan.samples == plan.packets * 1152 - 1105);
      CHECK(Rational(plan.samples, rate) <= end);
      CHECK(end - Rational(plan.samples, rate) < Seconds(1, 10));
      CHECK(Rational((plan.packets + 1) * 1152, rate) <= 15);
    }
  }
}

TEST_CASE("an MP3 that can't be copied from its start, or whose bit rate varies without a tag, is encoded") {
  const AudioPlan late = planned(mp3(48000, 480000), {.audio_window = {.start = Seconds(1)}});
  CHECK(late.action == ClipAction::transcode);
  CHECK(says(late, "starts at 1 s"));
  MediaInfo untagged = mp3(48000, 1'000'000);
  untagged.audio->priming = 0;
  CHECK(planned(untagged).action == ClipAction::cut);
  untagged.audio->mp3->variable_rate = true;
  CHECK(planned(untagged).action == ClipAction::transcode);
  CHECK(says(planned(untagged), "no LAME tag"));
  MediaInfo hidden = mp3(48000, 240'000);
  hidden.audio->priming = 4095 + 529;
  CHECK(planned(hidden, {.audio_window = {.end = Seconds(2)}}).action == ClipAction::cut);
  ++hidden.audio->priming;
  CHECK(planned(hidden, {.audio_window = {.end = Seconds(2)}}).action == ClipAction::transcode);
  CHECK(says(planned(hidden, {.audio_window = {.end = Seconds(2)}}), "more than an MP3's tag can record"));
  CHECK(planned(mp3(48000, 48000), {.reencode = ReencodePolicy::always}).action == ClipAction::transcode);
}

TEST_CASE("an MP3 with a flaw is copied with a fresh tag, and encoded where its frames differ or were not read") {
  MediaInfo flawed = mp3(48000, 240'000);
  flawed.audio->mp3->flaws = {"The tag says 10 frames, 210 are there."};
  CHECK(planned(flawed).action == ClipAction::remux);
  CHECK(says(planned(flawed), "210 are there"));
  CHECK(planned(flawed, {.audio_window = {.end = Seconds(2)}}).action == ClipAction::cut);

  flawed.audio->mp3->uniform = false;
  CHECK(planned(flawed).action == ClipAction::transcode);
  CHECK(says(planned(flawed), "changes inside"));

  MediaInfo unread = mp3(48000, 240'000);
  unread.audio->mp3.reset();
  CHECK(planned(unread).action == ClipAction::transcode);
  CHECK(says(planned(unread), "frame by frame"));
  // The packets of another container have sizes of their own.
  unread.format = "matroska,webm";
  CHECK(planned(unread).action == ClipAction::remux);
}

TEST_CASE("an MP3 that must not be encoded again is refused where copying fails, and other sound has to be") {
  const PrepareOptions never{.audio_window = {.start = Seconds(1)}, .reencode = ReencodePolicy::never};
  CHECK_THROWS_AS((void)planned(mp3(48000, 480000), never), Error);
  CHECK(planned(sound("pcm_s16le", "wav", 48000, 1, 480000), never).action == ClipAction::transcode);
}

TEST_CASE("what keeps audio from being passed through is named") {
  CHECK(says(planned(sound("pcm_s16le", "wav", 48000, 1, 48000)), "pcm_s16le in wav"));
  CHECK(says(planned(mp3(32000, 32000)), "32000 Hz"));
  MediaInfo cover = mp3(48000, 48000);
  cover.streams.push_back(test::other_stream("video", /*attached_pic=*/true));
  CHECK(says(planned(cover), "2 streams"));
  CHECK(planned(cover).action == ClipAction::remux);
  MediaInfo muxed = mp3(48000, 48000);
  muxed.format = "matroska,webm";
  CHECK(says(planned(muxed), "is in matroska"));
  CHECK(planned(muxed).action == ClipAction::remux);
  MediaInfo tagged = mp3(48000, 48000);
  tagged.metadata_keys.emplace_back("title");
  CHECK(says(planned(tagged), "tags"));
  CHECK(says(planned(mp3(48000, 480000), {.audio_window = {.end = Seconds(5)}}), "Only 0 to 5 s"));
}

TEST_CASE("a window is counted at the target rate") {
  const MediaInfo info = sound("pcm_s16le", "wav", 16000, 1, 160000);
  CHECK(planned(info, {.audio_window = {.start = Seconds(1), .duration = Seconds(5, 2)}}).samples == 120000);
}

TEST_CASE("a file without sound is refused") {
  const MediaInfo silent = test::clean_video(25, 100);
  try {
    (void)planned(silent);
    FAIL("a plan without sound");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message() == "has no audio stream; AUDIO needs one");
  }
  CHECK_THROWS_AS((void)planned(sound("aac", "aac", 48000, 1, 0)), Error);
}

TEST_CASE("audio out of a video file loses its offset against the picture, with a warning") {
  MediaInfo take = test::clean_video(25, 100);
  take.audio = sound("aac", "mp4", 48000, 1, 96000).audio;
  take.audio->start_s = Seconds(476, 1000);
  const std::vector<Warning> warnings = planning::plan_audio(take, {}).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == "audio_offset_dropped");
  CHECK(warnings[0].message.find("0.476 s later") != std::string::npos);
}

}  // namespace
}  // namespace react1
