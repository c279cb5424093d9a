// SPDX-License-Identifier: Apache-2.0
// Part of a long MP4 as a short one: the same packets at the same times, whatever the file looks like.
#include "media/format/mp4_excerpt.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "media/ff/check.hpp"
#include "media/make/make_clip.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"
#include "unit/media/made_video.hpp"
#include "unit/media/pictures.hpp"

namespace react1::media {
namespace {

struct Stored {
  std::int64_t pts = 0, dts = 0;
  bool is_key = false;
  std::vector<std::uint8_t> bytes;
  /// Not by decoding time: FFmpeg moves those by the most negative composition offset of what the index lists.
  bool operator==(const Stored& other) const {
    return pts == other.pts && is_key == other.is_key && bytes == other.bytes;
  }
};

std::vector<Stored> packets_of(const Source& source, int index, std::int64_t shift) {
  Demuxer demuxer(source, DemuxerOptions{.packets_as_stored = true}, RunContext{});
  const std::array chosen{index};
  demuxer.select(chosen);
  const ff::Packet packet = ff::make_packet();
  std::vector<Stored> packets;
  while (demuxer.read(*packet)) {
    if ((packet->flags & AV_PKT_FLAG_DISCARD) != 0) continue;
    packets.push_back({packet->pts + shift,
                       packet->dts + shift,
                       (packet->flags & AV_PKT_FLAG_KEY) != 0,
                       {packet->data, packet->data + packet->size}});
  }
  return packets;
}

Seconds tick_of(const std::string& file, int index) {
  return ff::from_av(Demuxer(file, DemuxerOptions{}, RunContext{}).stream(index).time_base);
}

/// Compares every packet of the excerpt of [from, to) with the file's. False when there is no excerpt.
bool compare(const std::string& file, int index, const Seconds& from, const Seconds& to) {
  CAPTURE(file);
  CAPTURE(index);
  CAPTURE(from.to_decimal(3));
  const auto excerpt = excerpt_mp4(file, index, from, to, SourceOptions{}, RunContext{});
  if (!excerpt) return false;
  const std::vector<Stored> all = packets_of(file, index, 0);
  std::vector<Stored> part = packets_of(excerpt->source, 0, excerpt->shift_ticks);
  REQUIRE_FALSE(part.empty());
  CHECK(part.front().is_key);
  // What the file's edit list drops at its front and its end is in the excerpt.
  const auto by_time = [](const Stored& a, const Stored& b) { return a.pts < b.pts; };
  const auto span = std::minmax_element(all.begin(), all.end(), by_time);
  std::erase_if(part, [&](const Stored& one) { return by_time(one, *span.first) || by_time(*span.second, one); });
  const auto begin = part.begin();
  REQUIRE(begin != part.end());
  const auto at = std::find(all.begin(), all.end(), *begin);
  REQUIRE(at != all.end());
  const auto count = std::min(part.end() - begin, all.end() - at);
  CHECK(std::equal(begin, begin + count, at));
  const Seconds tick = tick_of(file, index);
  CHECK((at == all.begin() || Rational(at->dts) * tick <= from));
  const bool to_the_end = at + count == all.end();
  CHECK((to_the_end || Rational((at + count)->dts) * tick >= to - Seconds(1, 10)));
  return true;
}

TEST_CASE("an excerpt holds the file's own packets at the file's own times, from a key frame on") {
  int compared = 0;
  const auto compare_all = [&](const std::string& file, const auto& stream) {
    if (!stream || stream->truncated) return;
    for (const int from : {0, 1, 3}) {
      if (stream->duration_s <= from) continue;
      const Seconds begin = from + stream->start_s;
      compared += compare(file, stream->index, begin, begin + 1) ? 1 : 0;
    }
  };
  for (const std::filesystem::path& file : test::mp4_fixtures()) {
    MediaInfo info;
    try {
      info = probe(file);
    } catch (const Error&) {
      continue;  // not readable at all
    }
    compare_all(file.string(), info.video);
    compare_all(file.string(), info.audio);
  }
  CHECK(compared > 60);
}

TEST_CASE("what is made through an excerpt is what is made from the whole file") {
  const TemporaryDirectory folder;
  for (const char* name :
       {"presenter_h264_bframes_25fps_6s_audio.mp4", "presenter_vfr_8s.mp4", "presenter_hevc_25fps_4s.mp4"}) {
    CAPTURE(std::string(name));
    const std::string source = test::fixture(name);
    for (const Seconds& start : {Seconds(0), Seconds(2, 5), Seconds(3)}) {
      CAPTURE(start.to_decimal(3));
      const auto made = [&](FactSource measured_by) {
        MediaInfo info = probe(source);
        info.video->duration_source = measured_by;
        VideoPlan plan = test::plan_to_encode(info);
        plan.start_s = start;
        plan.frames = 15;
        plan.end_s = plan.start_s + Rational(15) / plan.fps;
        return make_video({source, info}, plan, folder.path() / "video.mp4", 15, RunContext{}).sha256;
      };
      CHECK(made(FactSource::packets) == made(FactSource::sample_table));
    }
  }
}

TEST_CASE("sound that is taken through an excerpt is the same, sample for sample") {
  const TemporaryDirectory folder;
  for (const char* name : {"presenter_h264_bframes_25fps_6s_audio.mp4", "audio_only.m4a"}) {
    CAPTURE(std::string(name));
    const std::string source = test::fixture(name);
    for (const Seconds& start : {Seconds(0), Seconds(1, 5), Seconds(3, 2)}) {
      CAPTURE(start.to_decimal(3));
      const auto made = [&](FactSource measured_by) {
        MediaInfo info = probe(source);
        info.audio->duration_source = measured_by;
        AudioPlan plan;
        plan.stream_index = info.audio->index;
        plan.start_s = start;
        plan.end_s = start + 1;
        plan.sample_rate = 48000;
        plan.samples = 48000;
        plan.channels = 1;
        return make_audio({source, info}, plan, folder.path() / "audio.mp3", 15, RunContext{}).sha256;
      };
      CHECK(made(FactSource::packets) == made(FactSource::sample_table));
    }
  }
}

TEST_CASE("there is no excerpt of what is not a plain MP4") {
  for (const char* name :
       {"fragmented_2s.mp4", "voice_mono_48k_5s.wav", "presenter_vp9_no_duration.webm", "empty.mp4"}) {
    CAPTURE(std::string(name));
    const std::string file = test::fixture(name);
    if (std::filesystem::file_size(file) == 0) {
      CHECK_THROWS_AS((void)excerpt_mp4(file, 0, 0, 1, SourceOptions{}, RunContext{}), Error);
    } else {
      CHECK_FALSE(excerpt_mp4(file, 0, 0, 1, SourceOptions{}, RunContext{}).has_value());
    }
  }
  CHECK_FALSE(excerpt_mp4(test::fixture("audio_only.m4a"), 5, 0, 1, SourceOptions{}, RunContext{}).has_value());
  CHECK_FALSE(excerpt_mp4("http://127.0.0.1:1/a.mp4", 0, 0, 1, SourceOptions{}, RunContext{}).has_value());
}

}  // namespace
}  // namespace react1::media
