// SPDX-License-Identifier: Apache-2.0
// Cutting without encoding: copied packets, identical pictures, nothing past the limit.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "media/make/make_clip.hpp"
#include "media/picture/video_packets.hpp"
#include "support/paths.hpp"
#include "unit/media/pictures.hpp"

#include <react1/error.hpp>

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using react1::test::fixture;

namespace {

VideoPlan plan_to_cut(const MediaInfo& info, Seconds start, std::int64_t frames) {
  const VideoInfo& video = info.video.value();
  VideoPlan plan;
  plan.action = ClipAction::cut;
  plan.stream_index = video.index;
  plan.fps = video.fps;
  plan.start_s = start;
  plan.frames = frames;
  plan.end_s = start + Rational(frames) / plan.fps;
  plan.width = video.display_width;
  plan.height = video.display_height;
  plan.may_encode = false;
  return plan;
}

media::Copyable copyable(const std::string& source, Seconds start, std::int64_t frames) {
  const MediaInfo info = probe(source);
  return media::find_closed_prefix({source, info}, plan_to_cut(info, start, frames), RunContext{});
}

bool same(const test::Luma& a, const test::Luma& b) {
  return a.width == b.width && a.height == b.height && a.pixels == b.pixels;
}

}  // namespace

TEST_CASE("a cut with B-frames decodes to the source's pictures, bit by bit, and measures the same every way") {
  const std::string source = fixture("presenter_h264_bframes_25fps_6s_audio.mp4");
  const MediaInfo info = probe(source);
  REQUIRE(info.video->has_b_frames);
  const std::vector<test::Luma> before = test::decode_luma(source, info.video->index);
  for (const std::int64_t wanted : {100, 101, 102, 103, 104}) {
    CAPTURE(wanted);
    const media::Copyable found = copyable(source, 0, wanted);
    REQUIRE(found.frames <= wanted);
    REQUIRE(found.frames >= wanted - 4);
    const TemporaryDirectory folder;
    const auto file = folder.path() / "video.mp4";
    const Seconds limit = Seconds(found.frames, 25);
    const PreparedClip clip =
        media::make_video({source, info}, plan_to_cut(info, 0, found.frames), file, limit, RunContext{});
    CHECK(clip.action == ClipAction::cut);
    CHECK(clip.duration_s == limit);
    for (const DurationMeasure& measure : clip.measures) {
      CAPTURE(measure.name);
      CHECK(measure.duration_s <= limit);
    }
    const std::vector<test::Luma> after = test::decode_luma(file.string());
    REQUIRE(after.size() == static_cast<std::size_t>(found.frames));
    for (std::size_t i = 0; i < after.size(); ++i) {
      CAPTURE(i);
      CHECK(same(before[i], after[i]));
    }
  }
}

TEST_CASE("without B-frames every frame may be the last") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  REQUIRE_FALSE(probe(source).video->has_b_frames);
  for (const std::int64_t wanted : {1, 2, 77, 150}) CHECK(copyable(source, 0, wanted).frames == wanted);
}

TEST_CASE("a cut can start at a later key frame, and nowhere else") {
  const std::string source = fixture("presenter_h264_23976_20s.mp4");
  const MediaInfo info = probe(source);
  const std::vector<test::Luma> before = test::decode_luma(source, info.video->index);
  std::vector<std::int64_t> starts;
  for (std::int64_t frame = 1; frame < 300; ++frame) {
    if (copyable(source, Rational(frame) / info.video->fps, 48).frames > 0) starts.push_back(frame);
  }
  REQUIRE_FALSE(starts.empty());
  REQUIRE(starts.size() < 20);
  const std::int64_t first = starts.front();
  const Seconds start = Rational(first) / info.video->fps;
  const std::int64_t frames = copyable(source, start, 48).frames;
  const TemporaryDirectory folder;
  const auto file = folder.path() / "video.mp4";
  (void)media::make_video({source, info}, plan_to_cut(info, start, frames), file, 15, RunContext{});
  const std::vector<test::Luma> after = test::decode_luma(file.string());
  REQUIRE(after.size() == static_cast<std::size_t>(frames));
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(same(before[static_cast<std::size_t>(first) + i], after[i]));

  const media::Copyable between = copyable(source, start - Rational(1) / info.video->fps, 48);
  CHECK(between.frames == 0);
  CHECK(between.obstacle.find("decoding can start") != std::string::npos);
}

TEST_CASE("an IDR picture is found behind lengths and behind start codes") {
  using Bytes = std::vector<std::uint8_t>;
  const Bytes sei_then_idr{0, 0, 0, 2, 0x06, 0x00, 0, 0, 0, 2, 0x65, 0x88};
  const Bytes open_start{0, 0, 0, 2, 0x06, 0x00, 0, 0, 0, 2, 0x41, 0x88};
  const Bytes short_lengths{0, 2, 0x67, 0x42, 0, 1, 0x25};
  const Bytes annex_b{0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x65, 0x88};
  const Bytes wrong{0, 0, 1, 0, 0x41, 0x65};
  const auto idr = [](const Bytes& bytes, int length_size) {
    return media::is_idr(bytes.data(), bytes.size(), length_size);
  };
  CHECK(idr(sei_then_idr, 4));
  CHECK_FALSE(idr(open_start, 4));
  CHECK(idr(short_lengths, 2));
  CHECK(idr(annex_b, 0));
  CHECK_FALSE(idr({0, 0, 1, 0x41, 0x9a}, 0));
  CHECK_FALSE(idr(wrong, 4));
  CHECK_FALSE(idr({}, 4));
  CHECK_FALSE(idr({0, 0, 0}, 4));
}
