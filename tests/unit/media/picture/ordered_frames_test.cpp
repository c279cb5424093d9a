// SPDX-License-Identifier: Apache-2.0
// A plan's own order of frames: backwards, standing, spread; with little memory, and picture by picture the right ones.
#include "media/picture/ordered_frames.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/ff/compat.hpp"
#include "media/make/make_clip.hpp"
#include "support/paths.hpp"
#include "unit/media/pictures.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using react1::test::fixture;

namespace {

using Numbers = std::vector<std::int64_t>;

VideoPlan plan_to_show(const MediaInfo& info, const Rational& fps, Seconds start, Numbers shows) {
  const VideoInfo& video = info.video.value();
  VideoPlan plan;
  plan.stream_index = video.index;
  plan.fps = fps;
  plan.start_s = start;
  plan.frames = static_cast<std::int64_t>(shows.size());
  plan.end_s = start + Rational(*std::max_element(shows.begin(), shows.end()) + 1) / fps;
  plan.width = video.display_width;
  plan.height = video.display_height;
  plan.color_space = "bt709";
  plan.preset = "ultrafast";
  plan.shows = std::move(shows);
  return plan;
}

/// first, first ± 1, …, last.
void append(Numbers& to, std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first;; i += first < last ? 1 : -1) {
    to.push_back(i);
    if (i == last) return;
  }
}

test::Luma luma_of(const AVFrame& frame) {
  test::Luma luma;
  luma.width = frame.width;
  luma.height = frame.height;
  luma.pixels.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height));
  for (int y = 0; y < frame.height; ++y) {
    std::memcpy(luma.pixels.data() + static_cast<std::ptrdiff_t>(y) * frame.width,
                frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0],
                static_cast<std::size_t>(frame.width));
  }
  return luma;
}

/// Output frame by output frame.
std::vector<test::Luma> delivered(const std::string& source, const MediaInfo& info, const VideoPlan& plan,
                                  std::size_t bytes_kept) {
  media::OrderedFrames frames({source, info}, plan, RunContext{}, bytes_kept);
  std::vector<test::Luma> all;
  while (const auto picked = frames.next()) {
    for (std::int64_t i = 0; i < picked->repeats; ++i) all.push_back(luma_of(*picked->frame));
  }
  return all;
}

bool same(const test::Luma& a, const test::Luma& b) {
  return a.width == b.width && a.height == b.height && a.pixels == b.pixels;
}

/// `source_frame(number)`: which decoded frame of the source the window's frame `number` is.
template <class SourceFrame>
void check_order(const std::string& name, const Rational& fps, Seconds start, const Numbers& shows,
                 SourceFrame source_frame) {
  const std::string source = fixture(name);
  const MediaInfo info = probe(source);
  const std::vector<test::Luma> before = test::decode_luma(source, info.video->index);
  const VideoPlan plan = plan_to_show(info, fps, start, shows);
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 20U, media::OrderedFrames::default_bytes_kept}) {
    CAPTURE(name);
    CAPTURE(bytes);
    const std::vector<test::Luma> after = delivered(source, info, plan, bytes);
    REQUIRE(after.size() == shows.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < shows.size(); ++i) {
      if (!same(after[i], before[static_cast<std::size_t>(source_frame(shows[i]))])) ++wrong;
    }
    CHECK(wrong == 0);
  }
}

/// There and back, past both ends, to a frame in the middle.
Numbers bounce(std::int64_t last) {
  Numbers shows;
  append(shows, 0, last);
  append(shows, last - 1, 0);
  append(shows, 1, last / 2);
  return shows;
}

}  // namespace

TEST_CASE("backwards, every picture is the source's, with B-frames, from any start, however little memory") {
  const auto as_it_is = [](std::int64_t number) { return number; };
  check_order("presenter_h264_bframes_25fps_6s_audio.mp4", 25, 0, bounce(149), as_it_is);
  check_order("presenter_h264_bframes_25fps_6s_audio.mp4", 25, Seconds(37, 25), bounce(80),
              [](std::int64_t number) { return number + 37; });
  check_order("presenter_hevc_25fps_4s.mp4", 25, 0, bounce(99), as_it_is);
}

TEST_CASE("backwards at half the source's rate, every second picture is shown") {
  check_order("presenter_50fps_4s.mp4", 25, 0, bounce(60), [](std::int64_t number) { return 2 * number; });
}

TEST_CASE("a source of varying rate runs backwards through the pictures that it showed forwards") {
  const std::string source = fixture("presenter_vfr_8s.mp4");
  const MediaInfo info = probe(source);
  Numbers forwards;
  append(forwards, 0, 120);
  Numbers there_and_back = forwards;
  append(there_and_back, 119, 0);
  const VideoPlan there = plan_to_show(info, 25, 0, forwards);
  const VideoPlan both = plan_to_show(info, 25, 0, there_and_back);
  const std::vector<test::Luma> shown = delivered(source, info, there, 1);
  const std::vector<test::Luma> all = delivered(source, info, both, 1);
  REQUIRE(all.size() == 241);
  for (std::size_t i = 0; i < 121; ++i) {
    CHECK(same(all[i], shown[i]));
    CHECK(same(all[240 - i], shown[i]));
  }
}

TEST_CASE("standing and spread frames come once, with their number of repeats") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const MediaInfo info = probe(source);
  const VideoPlan plan = plan_to_show(info, 25, 0, {0, 0, 1, 3, 3, 3, 4, 4, 4, 4});
  media::OrderedFrames frames({source, info}, plan, RunContext{});
  Numbers repeats;
  while (const auto picked = frames.next()) repeats.push_back(picked->repeats);
  CHECK(repeats == Numbers{2, 1, 3, 4});
}

TEST_CASE("of a picture of two fields, the other field comes first when time runs backwards") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const MediaInfo info = probe(source);
  for (const std::string order : {"tff", "bff", ""}) {
    CAPTURE(order);
    VideoPlan plan = plan_to_show(info, 25, 0, {0, 1, 2, 1, 0, 1});
    plan.deinterlace = true;
    plan.field_order = order;
    media::OrderedFrames frames({source, info}, plan, RunContext{});
    std::vector<bool> top_first;
    while (const auto picked = frames.next()) top_first.push_back(media::ff::top_field_first(*picked->frame));
    const bool forwards = order != "bff";
    CHECK(top_first == std::vector<bool>{forwards, forwards, forwards, !forwards, !forwards, forwards});
  }
}

TEST_CASE("a written clip holds the frames of the order, as many as planned, and nothing is past the limit") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const MediaInfo info = probe(source);
  const std::vector<test::Luma> before = test::decode_luma(source, info.video->index);
  Numbers shows;
  append(shows, 0, 149);
  append(shows, 148, 20);
  shows.insert(shows.end(), 10, 20);
  const TemporaryDirectory folder;
  const auto file = folder.path() / "video.mp4";
  const VideoPlan plan = plan_to_show(info, 25, 0, shows);
  const PreparedClip clip = media::make_video({source, info}, plan, file, 15, RunContext{});
  CHECK(clip.video->frames == static_cast<std::int64_t>(shows.size()));
  for (const DurationMeasure& measure : clip.measures) CHECK(measure.duration_s <= 15);
  const std::vector<test::Luma> after = test::decode_luma(file.string());
  REQUIRE(after.size() == shows.size());
  // Still pictures are alike, so the test is that none is more alike than the expected one.
  for (std::size_t i = 0; i < after.size(); i += 7) {
    CAPTURE(i);
    const auto expected = static_cast<std::size_t>(shows[i]);
    const std::size_t found = test::most_alike(after[i], before);
    CHECK(test::psnr(after[i], before[expected]) + 0.5 >= test::psnr(after[i], before[found]));
    CHECK(test::psnr(after[i], before[expected]) > 35);
  }
}
