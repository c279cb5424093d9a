// SPDX-License-Identifier: Apache-2.0
// probe's document back into the value.
#include "record/documents.hpp"
#include "record/node.hpp"

namespace react1::record {
namespace {

ColorInfo read_color(const Node& node) {
  return {node.at("range").text_or_empty(), node.at("space").text_or_empty(), node.at("transfer").text_or_empty(),
          node.at("primaries").text_or_empty()};
}

VideoInfo read_video_info(const Node& node) {
  VideoInfo video;
  video.index = node.at("index").small_integer();
  video.codec = node.at("codec").text_or_empty();
  video.profile = node.at("profile").text_or_empty();
  video.width = node.at("width").small_integer();
  video.height = node.at("height").small_integer();
  video.display_width = node.at("display_width").small_integer();
  video.display_height = node.at("display_height").small_integer();
  video.orientation = {node.at("rotation_deg").small_integer(), node.at("mirrored").flag()};
  video.sar = node.at("sar").rational();
  video.pix_fmt = node.at("pix_fmt").text_or_empty();
  video.bit_depth = node.at("bit_depth").small_integer();
  video.has_alpha = node.at("alpha").flag();
  video.color = read_color(node.at("color"));
  video.hdr = node.at("hdr").text_or_empty();
  video.interlaced = node.at("interlaced").flag();
  video.has_b_frames = node.at("b_frames").flag();
  video.fps = node.at("fps").rate();
  video.fps_source = node.at("fps_source").word<FactSource>();
  video.vfr = node.at("vfr").flag();
  video.coarse_times = node.at("coarse_times").flag();
  video.frames = node.at("frames").integer();
  video.start_s = node.at("start_s").decimal();
  video.duration_s = node.at("duration_s").decimal();
  video.duration_source = node.at("duration_source").word<FactSource>();
  video.header_duration_s = node.maybe("header_duration_s", &Node::decimal);
  video.header_frames = node.maybe("header_frames", &Node::integer);
  video.starts_with_key_frame = node.at("starts_with_key_frame").flag();
  video.truncated = node.at("truncated").flag();
  video.parameters_change = node.at("parameters_change").flag();
  for (const Node& size : node.at("sizes").items()) {
    video.sizes.push_back(
        {size.at("start_s").decimal(), size.at("width").small_integer(), size.at("height").small_integer()});
  }
  video.edit_list = node.at("edit_list").flag();
  return video;
}

Mp3Facts read_mp3(const Node& node) {
  Mp3Facts mp3;
  mp3.frames = node.at("frames").integer();
  mp3.uniform = node.at("uniform").flag();
  mp3.variable_rate = node.at("variable_rate").flag();
  mp3.skipped_bytes = node.at("skipped_bytes").integer();
  mp3.tag_frames = node.maybe("tag_frames", &Node::integer);
  mp3.flaws = node.at("flaws").texts();
  return mp3;
}

AudioInfo read_audio_info(const Node& node) {
  AudioInfo audio;
  audio.index = node.at("index").small_integer();
  audio.codec = node.at("codec").text_or_empty();
  audio.sample_rate = node.at("sample_rate").small_integer();
  audio.channels = node.at("channels").small_integer();
  audio.layout = node.at("layout").text_or_empty();
  audio.sample_fmt = node.at("sample_fmt").text_or_empty();
  audio.samples = node.at("samples").integer();
  audio.priming = node.at("priming").integer();
  audio.start_s = node.at("start_s").decimal();
  audio.duration_s = node.at("duration_s").decimal();
  for (const Node& piece : node.at("pieces").items()) {
    audio.pieces.push_back(
        {piece.at("first_sample").integer(), piece.at("start_s").decimal(), piece.at("stretch").decimal()});
  }
  audio.clock_restarts = node.at("clock_restarts").flag();
  audio.duration_source = node.at("duration_source").word<FactSource>();
  audio.header_duration_s = node.maybe("header_duration_s", &Node::decimal);
  audio.truncated = node.at("truncated").flag();
  if (const auto mp3 = node.find("mp3")) audio.mp3 = read_mp3(*mp3);
  return audio;
}

StreamInfo read_stream(const Node& node) {
  return {node.at("index").small_integer(),    node.at("type").text(),           node.at("codec").text_or_empty(),
          node.at("language").text_or_empty(), node.at("title").text_or_empty(), node.at("default").flag(),
          node.at("attached_pic").flag(),      node.at("chosen").flag()};
}

}  // namespace

MediaInfo read_media_info(const Node& node) {
  require_known_schema(node);
  MediaInfo info;
  info.path = node.at("path").text();
  info.format = node.at("format").text_or_empty();
  info.size_bytes = node.maybe("size_bytes", &Node::integer);
  info.duration_s = node.maybe("duration_s", &Node::decimal).value_or(0);
  info.container_duration_s = node.maybe("container_duration_s", &Node::decimal);
  if (const auto video = node.find("video")) info.video = read_video_info(*video);
  if (const auto audio = node.find("audio")) info.audio = read_audio_info(*audio);
  info.still_image = node.at("still_image").flag();
  info.moov_first = node.at("moov_first").flag();
  info.fragmented = node.at("fragmented").flag();
  info.metadata_keys = node.at("metadata_keys").texts();
  for (const Node& stream : node.at("streams").items()) info.streams.push_back(read_stream(stream));
  info.warnings = read_warnings(node.at("warnings"));
  return info;
}

}  // namespace react1::record
