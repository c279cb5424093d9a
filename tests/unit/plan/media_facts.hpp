// SPDX-License-Identifier: Apache-2.0
// Facts of clips as probe() would give them, for tests that change one thing.
#pragma once

#include <string>

#include <react1/media_info.hpp>

namespace react1::test {

/// A compliant MP4: H.264 High, 640x360, BT.709, picture alone.
inline MediaInfo clean_video(const Rational& fps, std::int64_t frames) {
  MediaInfo info;
  info.path = "presenter.mp4";
  info.format = "mov,mp4,m4a,3gp,3g2,mj2";
  info.moov_first = true;
  info.metadata_keys = {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "language"};
  VideoInfo video;
  video.codec = "h264";
  video.profile = "High";
  video.width = video.display_width = 640;
  video.height = video.display_height = 360;
  video.pix_fmt = "yuv420p";
  video.color = {.range = "tv", .space = "bt709", .transfer = "bt709", .primaries = "bt709"};
  video.fps = fps;
  video.frames = frames;
  video.header_frames = frames;
  video.duration_s = Rational(frames) / fps;
  video.header_duration_s = video.duration_s;
  info.container_duration_s = video.duration_s;
  info.duration_s = video.duration_s;
  StreamInfo stream;
  stream.type = "video";
  stream.codec = "h264";
  stream.chosen = true;
  info.streams = {stream};
  info.video = video;
  return info;
}

inline StreamInfo other_stream(const std::string& type, bool attached_pic = false) {
  StreamInfo stream;
  stream.index = 1;
  stream.type = type;
  stream.attached_pic = attached_pic;
  return stream;
}

/// A file that holds sound alone.
inline MediaInfo sound(const std::string& codec, const std::string& format, int sample_rate, int channels,
                       std::int64_t samples) {
  MediaInfo info;
  info.path = "voice." + format;
  info.format = format;
  AudioInfo audio;
  audio.codec = codec;
  audio.sample_rate = sample_rate;
  audio.channels = channels;
  audio.samples = samples;
  audio.duration_s = Rational(samples, sample_rate);
  info.duration_s = audio.duration_s;
  StreamInfo stream;
  stream.type = "audio";
  stream.codec = codec;
  stream.chosen = true;
  info.streams = {stream};
  if (codec == "mp3" && format == "mp3") audio.mp3.emplace();
  info.audio = audio;
  return info;
}

}  // namespace react1::test
