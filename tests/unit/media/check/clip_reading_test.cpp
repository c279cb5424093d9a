// SPDX-License-Identifier: Apache-2.0
#include "media/check/clip_reading.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/atomic_file.hpp"
#include "media/check/measured_clip.hpp"
#include "support/paths.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

StreamReading::Decoded pictures(const std::string& path, bool ignore_edit_list, bool decode) {
  Demuxer demuxer{path, DemuxerOptions{.ignore_edit_list = ignore_edit_list, .header_is_enough = true}, RunContext{}};
  std::vector<StreamReading> readings = read_clip(demuxer, {.decode_pictures = decode}, RunContext{});
  REQUIRE_FALSE(readings.empty());
  CHECK_FALSE(readings.front().needs_decoding());
  return readings.front().decoded();
}

TEST_CASE("pictures counted from slice headers are those that a decoder gives") {
  for (const char* name : {"presenter_h264_25fps_6s.mp4", "presenter_h264_bframes_25fps_6s_audio.mp4",
                           "presenter_h264_23976_20s.mp4", "presenter_vfr_8s.mp4", "presenter_50fps_4s.mp4"}) {
    CAPTURE(name);
    for (const bool ignore_edit_list : {false, true}) {
      const auto counted = pictures(test::fixture(name), ignore_edit_list, /*decode=*/false);
      const auto decoded = pictures(test::fixture(name), ignore_edit_list, /*decode=*/true);
      CHECK(counted.shown == decoded.shown);
      CHECK(counted.all == decoded.all);
    }
  }
}

TEST_CASE("a packet that no count explains is decoded, and refused when that fails") {
  const TemporaryDirectory folder;
  std::string clip = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  // Sixty-four bytes in the middle of the pictures: lengths of units among them stop fitting.
  const std::size_t media = clip.find("mdat");
  REQUIRE(media != std::string::npos);
  for (std::size_t at = media + 4; at + 4'096 < clip.size(); at += 4'096)
    std::fill_n(clip.begin() + static_cast<std::ptrdiff_t>(at), 64, '\x55');
  const std::filesystem::path path = folder.path() / "corrupted.mp4";
  std::ofstream(path, std::ios::binary) << clip;
  Demuxer demuxer{path.string(), DemuxerOptions{.header_is_enough = true}, RunContext{}};
  const std::vector<StreamReading> readings = read_clip(demuxer, {}, RunContext{});
  CHECK(readings.front().needs_decoding());
  CHECK_THROWS_AS((void)measure_clip(path.string(), RunContext{}), Error);
}

TEST_CASE("a clip is described as it is probed") {
  const MeasuredClip clip = measure_clip(test::fixture("presenter_h264_25fps_6s.mp4"), RunContext{});
  REQUIRE(clip.video);
  const MediaInfo info = probe(test::fixture("presenter_h264_25fps_6s.mp4"));
  REQUIRE(info.video);
  CHECK(clip.video->frames == info.video->frames);
  CHECK(clip.video->fps == info.video->fps);
  CHECK(clip.video->width == info.video->display_width);
  CHECK(clip.video->height == info.video->display_height);
  CHECK(clip.video->codec == "h264");
  CHECK(clip.video->pix_fmt == info.video->pix_fmt);
  CHECK(clip.duration_s == info.duration_s);
}

}  // namespace
}  // namespace react1::media
