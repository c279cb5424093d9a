// SPDX-License-Identifier: Apache-2.0
#include "unit/record/samples.hpp"

namespace react1::test {

MediaInfo sample_media_info() {
  MediaInfo info;
  info.path = "/clips/a.mov";
  info.format = "mov,mp4,m4a,3gp,3g2,mj2";
  info.size_bytes = 5'000'000'000;
  info.container_duration_s = Rational(15015, 1000);
  info.duration_s = Rational(359 * 1001, 24000);
  info.moov_first = true;
  info.metadata_keys = {"creation_time"};
  VideoInfo video;
  video.index = 1;
  video.codec = "hevc";
  video.profile = "Main 10";
  video.width = 1920;
  video.height = 1080;
  video.display_width = 1080;
  video.display_height = 1920;
  video.orientation = {90, true};
  video.sar = Rational(16, 11);
  video.pix_fmt = "yuv420p10le";
  video.bit_depth = 10;
  video.color = {"tv", "bt2020nc", "arib-std-b67", ""};
  video.hdr = "hlg";
  video.has_b_frames = true;
  video.fps = Rational(24000, 1001);
  video.frames = 359;
  video.start_s = Rational(1, 30);
  video.duration_s = Rational(359 * 1001, 24000);
  video.header_frames = 360;
  info.video = video;
  AudioInfo audio;
  audio.codec = "aac";
  audio.sample_rate = 44100;
  audio.channels = 2;
  audio.layout = "stereo";
  audio.sample_fmt = "fltp";
  audio.samples = 661500;
  audio.duration_s = 15;
  audio.duration_source = FactSource::decoded;
  info.audio = audio;
  info.streams = {{0, "audio", "aac", "eng", "", true, false, true}, {1, "video", "hevc", "", "", true, false, true}};
  info.warnings = {{"vfr", "intervals differ"}};
  return info;
}

Preparation sample_preparation() {
  Preparation preparation;
  PreparedClip& video = preparation.video;
  video.path = "/tmp/video.mp4";
  video.action = ClipAction::cut;
  video.reasons = {"it is longer than 15 s"};
  video.duration_s = Rational(359 * 1001, 24000);
  video.bytes = 1234;
  video.sha256 = "ab";
  video.window_start_s = Rational(1, 3);
  video.window_end_s = Rational(1, 3) + video.duration_s;
  video.video = PreparedClip::Video{359, Rational(24000, 1001), 1280, 720, "h264", "yuv420p"};
  video.measures = {{"container_header", Rational(14974, 1000)}, {"packets", video.duration_s}};
  PreparedClip& audio = preparation.audio;
  audio.path = "/tmp/audio.mp3";
  audio.action = ClipAction::transcode;
  audio.reasons = {"pcm_s16le is not MP3", "48 kHz is kept"};
  audio.duration_s = Rational(100'001, 44'100);
  audio.bytes = 99;
  audio.sha256 = "cd";
  audio.window_end_s = audio.duration_s;
  audio.audio = PreparedClip::Audio{100'001, 44'100, 2, "mp3"};
  preparation.conform = Conformed{.asked = Conform::automatic,
                                  .done = Conform::bounce,
                                  .reasons = {"the shot is static"},
                                  .frames_before = 300,
                                  .frames = 359,
                                  .seams_s = {Rational(25, 2)}};
  audio.levels = SoundLevels{-18.25, -1.5, 0.33, std::nullopt};
  preparation.speech =
      Speech{.share = Rational(7, 8), .segments = {{Rational(1, 4), 1}, {Rational(6, 5), Rational(9, 4)}}};
  preparation.offset = {true, Rational(476, 1000), true, Rational(476, 1000)};
  preparation.mismatch = {video.duration_s, audio.duration_s, audio.duration_s - video.duration_s,
                          audio.duration_s / video.duration_s};
  preparation.prediction = {LipsyncMode::remap, audio.duration_s, 54, Rational(24000, 1001), Rational(378, 1000)};
  preparation.advice.lipsync_mode = LipsyncMode::remap;
  preparation.advice.rule = "6";
  preparation.advice.reasons = {"all speech is kept"};
  preparation.advice.warnings = {"review the seams"};
  preparation.advice.seams_s = {Rational(7, 3), 5};
  preparation.advice.alternatives = {
      preparation.prediction, {LipsyncMode::cut_off, video.duration_s, 359, Rational(24000, 1001), Rational(5, 2)}};
  preparation.warnings = {{"window_shortened", "only 15 s are used"}};
  return preparation;
}

RunRecord sample_record() {
  RunRecord record;
  record.job_id = "job";
  record.request_id = "req";
  record.sandbox = true;
  record.prepare = sample_preparation();
  record.parameters = Parameters{Emotion::surprised, ModelMode::head, LipsyncMode::remap, 0.1};
  record.video_url = "https://files.example/v.mp4";
  record.response_json = R"({"video":{"url":"https://files.example/o.mp4","fps":23.976,"duration":14.97}})";
  record.output_path = "/out/o.mp4";
  record.output_bytes = 77;
  record.output_sha256 = "ef";
  record.verification.verdict = Verdict::warn;
  record.verification.checks = {{"frames", Verdict::pass, std::int64_t{54}, std::int64_t{54}, std::int64_t{1}, ""},
                                {"duration", Verdict::warn, Rational(1, 3), Rational(1, 2), CheckValue{}, "too long"},
                                {"audio", Verdict::pass, std::string("a voice"), CheckValue{}, CheckValue{}, "heard"}};
  record.timings.prepare_s = 1.5;
  record.timings.total_s = 0;
  return record;
}

}  // namespace react1::test
