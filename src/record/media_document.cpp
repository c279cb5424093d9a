// SPDX-License-Identifier: Apache-2.0
// probe's document.
#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1::record {
namespace {

Json document_of_size(const PictureSize& size) {
  return {{"start_s", json_seconds(size.start_s)}, {"width", size.width}, {"height", size.height}};
}

Json document_of(const VideoInfo& video) {
  return {{"index", video.index},
          {"codec", json_text_or_null(video.codec)},
          {"profile", json_text_or_null(video.profile)},
          {"width", video.width},
          {"height", video.height},
          {"display_width", video.display_width},
          {"display_height", video.display_height},
          {"rotation_deg", video.orientation.rotation_deg},
          {"mirrored", video.orientation.mirrored},
          {"sar", json_rational(video.sar)},
          {"pix_fmt", json_text_or_null(video.pix_fmt)},
          {"bit_depth", video.bit_depth},
          {"alpha", video.has_alpha},
          {"color",
           {{"range", json_text_or_null(video.color.range)},
            {"space", json_text_or_null(video.color.space)},
            {"transfer", json_text_or_null(video.color.transfer)},
            {"primaries", json_text_or_null(video.color.primaries)}}},
          {"hdr", json_text_or_null(video.hdr)},
          {"interlaced", video.interlaced},
          {"b_frames", video.has_b_frames},
          {"fps", rate_or_null(video.fps)},
          {"fps_source", to_string(video.fps_source)},
          {"vfr", video.vfr},
          {"coarse_times", video.coarse_times},
          {"frames", video.frames},
          {"start_s", json_seconds(video.start_s)},
          {"duration_s", json_seconds(video.duration_s)},
          {"duration_source", to_string(video.duration_source)},
          {"header_duration_s", json_seconds(video.header_duration_s)},
          {"header_frames", number_or_null(video.header_frames)},
          {"starts_with_key_frame", video.starts_with_key_frame},
          {"truncated", video.truncated},
          {"parameters_change", video.parameters_change},
          {"sizes", array_of(video.sizes, document_of_size)},
          {"edit_list", video.edit_list}};
}

Json pieces_of(const AudioInfo& audio) {
  Json pieces = Json::array();
  for (const SoundPiece& piece : audio.pieces) {
    pieces.push_back({{"first_sample", piece.first_sample},
                      {"start_s", json_seconds(piece.start_s)},
                      {"stretch", json_seconds(piece.stretch)}});
  }
  return pieces;
}

Json document_of(const Mp3Facts& mp3) {
  return {{"frames", mp3.frames},
          {"uniform", mp3.uniform},
          {"variable_rate", mp3.variable_rate},
          {"skipped_bytes", mp3.skipped_bytes},
          {"tag_frames", mp3.tag_frames ? Json(*mp3.tag_frames) : Json(nullptr)},
          {"flaws", mp3.flaws}};
}

Json document_of(const AudioInfo& audio) {
  return {{"index", audio.index},
          {"codec", json_text_or_null(audio.codec)},
          {"sample_rate", audio.sample_rate},
          {"channels", audio.channels},
          {"layout", json_text_or_null(audio.layout)},
          {"sample_fmt", json_text_or_null(audio.sample_fmt)},
          {"samples", audio.samples},
          {"priming", audio.priming},
          {"start_s", json_seconds(audio.start_s)},
          {"duration_s", json_seconds(audio.duration_s)},
          {"pieces", pieces_of(audio)},
          {"clock_restarts", audio.clock_restarts},
          {"duration_source", to_string(audio.duration_source)},
          {"header_duration_s", json_seconds(audio.header_duration_s)},
          {"truncated", audio.truncated},
          {"mp3", audio.mp3 ? document_of(*audio.mp3) : Json(nullptr)}};
}

Json document_of(const StreamInfo& stream) {
  return {{"index", stream.index},
          {"type", stream.type},
          {"codec", json_text_or_null(stream.codec)},
          {"language", json_text_or_null(stream.language)},
          {"title", json_text_or_null(stream.title)},
          {"default", stream.is_default},
          {"attached_pic", stream.attached_pic},
          {"chosen", stream.chosen}};
}

}  // namespace

Json document(const MediaInfo& info) {
  Json result{{"schema", kSchema},
              {"path", info.path},
              {"format", json_text_or_null(info.format)},
              {"size_bytes", number_or_null(info.size_bytes)},
              {"duration_s", info.video || info.audio ? json_seconds(info.duration_s) : Json(nullptr)},
              {"container_duration_s", json_seconds(info.container_duration_s)},
              {"video", info.video ? document_of(*info.video) : Json(nullptr)},
              {"audio", info.audio ? document_of(*info.audio) : Json(nullptr)},
              {"still_image", info.still_image},
              {"moov_first", info.moov_first},
              {"fragmented", info.fragmented},
              {"metadata_keys", info.metadata_keys}};
  result["streams"] = array_of(info.streams, [](const StreamInfo& stream) { return document_of(stream); });
  result["warnings"] = array_of(info.warnings, [](const Warning& warning) {
    return Json{{"code", warning.code}, {"message", warning.message}};
  });
  return result;
}

}  // namespace react1::record
