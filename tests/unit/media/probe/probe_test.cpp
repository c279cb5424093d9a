// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "media/check/decoded_survey.hpp"
#include "media/stream/audio_count.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

Json truth_of(const std::string& name) {
  const std::filesystem::path clip = test::fixture(name);
  const std::string path = std::filesystem::path{clip}.replace_extension(".json").string();
  return parse_json(read_file(path), path, ErrorCode::internal);
}

bool warns(const MediaInfo& info, const std::string& code) {
  return std::any_of(info.warnings.begin(), info.warnings.end(), [&](const Warning& w) { return w.code == code; });
}

ErrorCode probe_fails_with(const std::string& source) {
  try {
    (void)probe(source);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("probed: ", source);
  return ErrorCode::internal;
}

TEST_CASE("probe tells the truth about every video fixture") {
  for (const std::string name :
       {"presenter_h264_25fps_6s.mp4", "presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_hevc_25fps_4s.mp4",
        "presenter_vp9_no_duration.webm", "presenter_h264_23976_20s.mp4", "presenter_vfr_8s.mp4",
        "presenter_rotated90_3s.mp4", "presenter_odd_size_321x241_2s.mp4", "presenter_50fps_4s.mp4",
        "truncated_60pct.mp4"}) {
    CAPTURE(name);
    const Json truth = truth_of(name);
    const Json& video = truth.at("video");
    const MediaInfo info = probe(test::fixture(name));
    REQUIRE(info.video);
    CHECK(info.format == truth.at("format").get<std::string>());
    CHECK(info.size_bytes == truth.at("bytes").get<std::int64_t>());
    CHECK(info.video->codec == video.at("codec").get<std::string>());
    CHECK(info.video->width == video.at("width").get<int>());
    CHECK(info.video->height == video.at("height").get<int>());
    CHECK(info.video->pix_fmt == video.at("pix_fmt").get<std::string>());
    CHECK(info.video->frames == video.at("frames").get<std::int64_t>());
    CHECK(info.video->vfr == video.at("vfr").get<bool>());
    CHECK(info.video->orientation.rotation_deg == video.at("rotation_deg").get<int>());
    CHECK(info.video->color.space == video.at("color").at("space").get<std::string>());
    // The truth's length counts the packet that is cut off by the end of the file; what can be shown is shorter.
    if (name != "truncated_60pct.mp4") {
      CHECK(info.video->duration_s.to_double() == doctest::Approx(video.at("duration_s").get<double>()).epsilon(1e-6));
    }
    CHECK(info.video->has_b_frames == (video.at("has_b_frames").get<int>() > 0));
    if (!info.video->vfr) {
      CHECK(std::to_string(info.video->fps.num()) + "/" + std::to_string(info.video->fps.den()) ==
            video.at("fps").get<std::string>());
    }
  }
}

TEST_CASE("probe counts the samples of every sound fixture exactly") {
  for (const std::string name : {"voice_mono_48k_5s.wav", "voice_stereo_44k_7s.wav", "voice_mono_16k_20s.wav",
                                 "voice_cover_art.mp3", "silent_5s.wav", "presenter_vp9_no_duration.webm"}) {
    CAPTURE(name);
    const Json audio = truth_of(name).at("audio");
    const MediaInfo info = probe(test::fixture(name));
    REQUIRE(info.audio);
    CHECK(info.audio->samples == audio.at("samples").get<std::int64_t>());
    CHECK(info.audio->sample_rate == audio.at("sample_rate").get<int>());
    CHECK(info.audio->channels == audio.at("channels").get<int>());
    CHECK(info.audio->duration_s == Rational{info.audio->samples, info.audio->sample_rate});
  }
}

TEST_CASE("AAC in MP4 ends where its packets' durations say, less than a frame before its decoder does") {
  for (const std::string name : {"audio_only.m4a", "presenter_h264_bframes_25fps_6s_audio.mp4"}) {
    CAPTURE(name);
    const std::int64_t decoded = truth_of(name).at("audio").at("samples").get<std::int64_t>();
    const MediaInfo info = probe(test::fixture(name));
    REQUIRE(info.audio);
    CHECK(info.audio->samples <= decoded);
    CHECK(info.audio->samples > decoded - 1024);
    CHECK(info.audio->duration_s == info.audio->header_duration_s);
  }
}

TEST_CASE("cover art is named and not taken for a video") {
  const MediaInfo info = probe(test::fixture("voice_cover_art.mp3"));
  CHECK_FALSE(info.video.has_value());
  CHECK(info.audio.has_value());
  CHECK(warns(info, "cover_art"));
  REQUIRE(info.streams.size() == 2);
  CHECK(std::count_if(info.streams.begin(), info.streams.end(), [](const StreamInfo& s) { return s.attached_pic; }) ==
        1);
}

TEST_CASE("a truncated file is counted as far as it goes and reported") {
  const MediaInfo info = probe(test::fixture("truncated_60pct.mp4"));
  REQUIRE(info.video);
  CHECK(info.video->header_frames > info.video->frames);
  CHECK(warns(info, "truncated"));
  CHECK_FALSE(info.video->edit_list);
}

TEST_CASE("the index first, edit lists and B-frames are distinguished") {
  const MediaInfo plain = probe(test::fixture("presenter_h264_25fps_6s.mp4"));
  REQUIRE(plain.video);
  CHECK(plain.moov_first);
  CHECK_FALSE(plain.video->edit_list);
  CHECK(plain.video->starts_with_key_frame);
  CHECK(plain.warnings.empty());
  const MediaInfo reordered = probe(test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"));
  REQUIRE(reordered.video);
  CHECK_FALSE(reordered.moov_first);
  CHECK(reordered.video->edit_list);
}

TEST_CASE("a rotated clip is displayed upright") {
  const MediaInfo info = probe(test::fixture("presenter_rotated90_3s.mp4"));
  REQUIRE(info.video);
  CHECK(info.video->display_width == 360);
  CHECK(info.video->display_height == 640);
}

TEST_CASE("a picture file is a still image without a length") {
  const MediaInfo info = probe(test::fixture("still_image.png"));
  CHECK(info.still_image);
  CHECK(info.duration_s == Rational{0});
  REQUIRE(info.video);
  CHECK(info.video->fps == Rational{0});
}

TEST_CASE("a photograph is a still image, whatever its ending, and no unknown file") {
  const TemporaryDirectory folder;
  const std::string picture = read_file(test::fixture("still_image.png"));
  for (const char* name : {"photo.jpg", "photo.png", "photo.webp", "photo.mp4", "photo"}) {
    CAPTURE(name);
    const std::filesystem::path path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << picture;
    CHECK(probe(path.string()).still_image);
  }
}

TEST_CASE("a header without a duration is reported and the packets measured") {
  const MediaInfo info = probe(test::fixture("presenter_vp9_no_duration.webm"));
  CHECK_FALSE(info.container_duration_s.has_value());
  CHECK(warns(info, "no_duration_in_header"));
  CHECK(info.duration_s == Rational{5});
}

TEST_CASE("what can't be probed fails with the code that fits") {
  CHECK(probe_fails_with(test::fixture("text_named.mp4")) == ErrorCode::media);
  CHECK(probe_fails_with(test::fixture("empty.mp4")) == ErrorCode::media);
  const TemporaryDirectory folder;
  CHECK(probe_fails_with((folder.path() / "absent.wav").string()) == ErrorCode::io);
  CHECK(probe_fails_with(folder.path().string()) == ErrorCode::io);
}

TEST_CASE("an MP4 whose index is cut off can't be read, a WAV cut short can") {
  const TemporaryDirectory folder;
  const std::string video = read_file(test::fixture("presenter_h264_bframes_25fps_6s_audio.mp4"));
  const auto cut_video = folder.path() / "cut.mp4";
  std::ofstream{cut_video, std::ios::binary} << video.substr(0, video.size() * 9 / 10);
  CHECK(probe_fails_with(cut_video.string()) == ErrorCode::media);

  const std::string sound = read_file(test::fixture("voice_mono_48k_5s.wav"));
  const auto cut_sound = folder.path() / "cut.wav";
  std::ofstream{cut_sound, std::ios::binary} << sound.substr(0, 44 + 2 * 96000);
  const MediaInfo info = probe(cut_sound.string());
  REQUIRE(info.audio);
  CHECK(info.audio->samples == 96000);
  CHECK(warns(info, "truncated"));
}

TEST_CASE("a name with a colon or a percent sign is only a name") {
  const TemporaryDirectory folder;
  for (const std::string name : {"http:clip.wav", "take%03d.png", "a b?c#d.wav"}) {
    const auto copy = folder.path() / name;
    std::filesystem::copy_file(test::fixture(copy.extension() == ".png" ? "still_image.png" : "silent_5s.wav"), copy);
    CHECK_NOTHROW((void)probe(copy.string()));
  }
}

TEST_CASE("real clips: frames and samples are those of a full decode") {
  const auto folder = test::media_folder();
  if (!folder) return;
  int clips = 0;
  for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
    const std::string path = entry.path().string();
    if (entry.path().extension() != ".mp4" && entry.path().extension() != ".wav") continue;
    CAPTURE(path);
    const MediaInfo info = probe(path);
    const media::DecodedFacts facts = media::survey_decoded(path, RunContext{});
    CHECK(facts.decode_errors == 0);
    if (info.video) {
      CHECK(info.video->frames == facts.frames);
      CHECK(info.video->vfr == (path.find("700x700") != std::string::npos));
    }
    if (info.audio) {
      CHECK(info.audio->samples <= facts.audio_samples);
      CHECK(info.audio->samples > facts.audio_samples - 1024);
    }
    ++clips;
  }
  CHECK(clips > 10);
}

}  // namespace
}  // namespace react1
