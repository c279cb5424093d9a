// SPDX-License-Identifier: Apache-2.0
#include "media/stream/first_picture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <react1/source.hpp>

#include "media/ff/handles.hpp"
#include "support/paths.hpp"
#include "unit/media/same_stream.hpp"

namespace react1::media {
namespace {

ff::InputFormat open(const std::string& path) {
  AVFormatContext* raw = nullptr;
  REQUIRE(avformat_open_input(&raw, path.c_str(), nullptr, nullptr) == 0);
  return ff::InputFormat{raw};
}

/// False when the file is none that its first picture tells about.
bool compare(const std::string& path) {
  const ff::InputFormat quick = open(path);
  if (!learn_from_first_picture(*quick, react1::SourceOptions{}.max_pixels)) return false;
  const ff::InputFormat thorough = open(path);
  REQUIRE(avformat_find_stream_info(thorough.get(), nullptr) >= 0);
  test::check_same_pictures(*quick->streams[0]->codecpar, *thorough->streams[0]->codecpar);
  const ff::Packet first = ff::make_packet();
  REQUIRE(av_read_frame(quick.get(), first.get()) >= 0);
  CHECK((first->flags & AV_PKT_FLAG_KEY) != 0);  // the reading starts where it would have
  return true;
}

TEST_CASE("the first picture tells what a thorough look tells") {
  for (const char* name : {"presenter_h264_25fps_6s.mp4", "presenter_h264_23976_20s.mp4", "presenter_50fps_4s.mp4",
                           "presenter_odd_size_321x241_2s.mp4", "presenter_rotated90_3s.mp4"}) {
    CAPTURE(name);
    CHECK(compare(test::fixture(name)));
  }
}

TEST_CASE("the first picture of a real clip tells what a thorough look tells") {
  const auto folder = test::media_folder();
  if (!folder) return;
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".mp4") continue;
    CAPTURE(entry.path().string());
    compared += compare(entry.path().string()) ? 1 : 0;
  }
  CHECK(compared >= 2);
}

TEST_CASE("other files are left to the thorough look") {
  for (const char* name : {"presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_hevc_25fps_4s.mp4",
                           "presenter_vp9_no_duration.webm", "voice_mono_48k_5s.wav"}) {
    CAPTURE(name);
    CHECK_FALSE(learn_from_first_picture(*open(test::fixture(name)), react1::SourceOptions{}.max_pixels));
  }
}

}  // namespace
}  // namespace react1::media
