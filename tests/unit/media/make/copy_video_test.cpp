// SPDX-License-Identifier: Apache-2.0
// Handing a clip on as it is: the same bytes, or the same packets in a fresh container.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/sha256.hpp"
#include "media/make/make_clip.hpp"
#include "media/stream/damage.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"
#include "unit/media/made_video.hpp"
#include "unit/media/pictures.hpp"

#include <react1/error.hpp>

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using react1::test::fixture;
using react1::test::MadeVideo;
using react1::test::plan_to_encode;

TEST_CASE("a passed-through clip is the same bytes") {
  const std::string source = fixture("presenter_h264_25fps_6s.mp4");
  const MadeVideo made(source, [](VideoPlan& plan) { plan.action = ClipAction::passthrough; });
  CHECK(made.clip.action == ClipAction::passthrough);
  CHECK(made.clip.sha256 == sha256_file(source));
  CHECK(made.clip.video->frames == 150);
  CHECK(made.clip.duration_s == 6);
  CHECK(test::listing(made.folder.path()) == std::vector<std::string>{"video.mp4"});
}

TEST_CASE("a remuxed clip holds the same packets at the same times, alone and index first") {
  const std::string source = fixture("presenter_h264_bframes_25fps_6s_audio.mp4");
  const MadeVideo made(source, [](VideoPlan& plan) { plan.action = ClipAction::remux; });
  CHECK(made.clip.action == ClipAction::remux);
  struct Stored {
    Seconds pts;
    std::vector<std::uint8_t> bytes;
    bool operator==(const Stored&) const = default;
  };
  const auto packets = [](const std::string& path, int index) {
    media::Demuxer demuxer(path, media::DemuxerOptions{}, RunContext{});
    const std::array chosen{index};
    demuxer.select(chosen);
    const AVRational tick = demuxer.stream(index).time_base;
    std::vector<Stored> result;
    const auto packet = media::ff::make_packet();
    while (demuxer.read(*packet)) {
      result.push_back(
          {Rational(packet->pts) * Rational(tick.num, tick.den), {packet->data, packet->data + packet->size}});
    }
    return result;
  };
  const auto before = packets(source, made.info.video->index);
  const auto after = packets(made.file.string(), 0);
  REQUIRE(before.size() == 150);
  CHECK(before == after);
  const auto boxes = test::mp4_boxes(made.file);
  // B-frames or not: the clip reads the same for those who ignore edit lists.
  CHECK(std::find(boxes.begin(), boxes.end(), "elst") == boxes.end());
  CHECK(std::find(boxes.begin(), boxes.end(), "moov") < std::find(boxes.begin(), boxes.end(), "mdat"));
  const MediaInfo written = probe(made.file.string());
  CHECK(written.streams.size() == 1);
  CHECK(written.video->start_s == 0);
  CHECK(written.video->duration_s == 6);
  const auto has = [](const MediaInfo& info, const char* key) {
    return std::find(info.metadata_keys.begin(), info.metadata_keys.end(), key) != info.metadata_keys.end();
  };
  CHECK(has(made.info, "title"));
  CHECK_FALSE(has(written, "title"));
  CHECK_FALSE(has(written, "location"));
}

TEST_CASE("a copy that some reader would find too long is copied again, then encoded, with the reason") {
  const MadeVideo made(
      fixture("presenter_h264_25fps_6s.mp4"), [](VideoPlan& plan) { plan.action = ClipAction::passthrough; },
      /*limit=*/5);
  CHECK(made.clip.action == ClipAction::transcode);
  CHECK(made.clip.video->frames == 125);
  CHECK(made.clip.duration_s == 5);
  REQUIRE(made.clip.reasons.size() == 2);  // the file as it is, and its packets in a fresh container
  CHECK(made.clip.reasons[0].find("container_header gives 6.000000 s") != std::string::npos);
}

TEST_CASE("a copy that turns out impossible is encoded with the reason, and plan knows it, and never forbids it") {
  const std::string source = fixture("open_gop_cut_h264_3s.mkv");  // its second packet has no time
  const MediaInfo info = probe(source);
  VideoPlan plan = plan_to_encode(info);
  plan.action = ClipAction::remux;
  plan.frames = 75;
  const TemporaryDirectory folder;
  const PreparedClip clip = media::make_video({source, info}, plan, folder.path() / "out.mp4", 15, RunContext{});
  CHECK(clip.action == ClipAction::transcode);
  CHECK(clip.video.value().frames == 75);
  REQUIRE_FALSE(clip.reasons.empty());
  CHECK(clip.reasons.back().find("packet 2 has a timestamp that can't be put into MP4") != std::string::npos);
  const VideoPlan checked = media::check_video({source, info}, plan, RunContext{});
  CHECK(checked.action == ClipAction::transcode);
  CHECK(checked.reasons == clip.reasons);
  plan.may_encode = false;
  try {
    (void)media::make_video({source, info}, plan, folder.path() / "never.mp4", 15, RunContext{});
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.where() == source);
    CHECK(error.hint() == "use --reencode auto");
  }
}

TEST_CASE("damage in a copied clip goes to the planner first, under the source's name") {
  const std::string source = fixture("damaged_tail_3s.mp4");
  const MediaInfo info = probe(source);
  VideoPlan plan = plan_to_encode(info);
  plan.action = ClipAction::passthrough;
  const TemporaryDirectory folder;
  try {
    (void)media::make_video({source, info}, plan, folder.path() / "out.mp4", 15, RunContext{});
    FAIL("not thrown");
  } catch (const media::DamageFound& error) {
    CHECK(error.where() == source);
  }
  CHECK_THROWS_AS((void)media::check_video({source, info}, plan, RunContext{}), media::DamageFound);
}

TEST_CASE("a source that changed since it was probed is not passed through") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "source.mp4";
  std::filesystem::copy_file(fixture("presenter_h264_25fps_6s.mp4"), source);
  const MediaInfo info = probe(source.string());
  VideoPlan plan = plan_to_encode(info);
  plan.action = ClipAction::passthrough;
  std::filesystem::resize_file(source, std::filesystem::file_size(source) - 1);
  CHECK_THROWS_AS((void)media::make_video({source.string(), info}, plan, folder.path() / "out.mp4", 15, {}), Error);
  CHECK(test::listing(folder.path()) == std::vector<std::string>{"source.mp4"});
}

TEST_CASE("damage inside a copied picture is found by decoding, and by nothing else") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "source.mp4";
  std::string bytes = read_file(fixture("presenter_h264_25fps_6s.mp4"));
  for (std::size_t i = 0; i < 64; ++i) bytes.at(bytes.size() / 2 + i) = '\x55';  // inside a slice: no length, no header
  write_file_atomically(source, bytes);
  const auto made_with = [&](CopyCheck check) {
    return MadeVideo(source.string(),
                     [check](VideoPlan& plan) {
                       plan.action = ClipAction::passthrough;
                       plan.copy_check = check;
                     })
        .clip;
  };
  CHECK(made_with(CopyCheck::packets).sha256 == sha256_hex(bytes));
  try {
    (void)made_with(CopyCheck::decode);
    FAIL("not thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.message().find("damaged") != std::string::npos);
  }
}
