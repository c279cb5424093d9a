// SPDX-License-Identifier: Apache-2.0
// From every container that holds timestamps, H.264 goes into a clean MP4 without a picture being touched.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

extern "C" {
#include <libavutil/adler32.h>
}

#include "core/atomic_file.hpp"
#include "media/ff/check.hpp"
#include "media/picture/frame_window.hpp"
#include "media/stream/demuxer.hpp"
#include "support/paths.hpp"

using namespace react1;
using react1::test::fixture;
namespace ff = react1::media::ff;

namespace {

/// A container to wrap a clip in.
struct Wrapping {
  const char* name;
  const char* format;
  const char* extension;
  const char* movflags = nullptr;
  std::int64_t later_s = 0;  ///< added to all timestamps
};

/// All streams of `source`, copied packet by packet, a title added.
std::string wrap(const std::string& source, const Wrapping& wrapping, const TemporaryDirectory& folder) {
  const std::string path = (folder.path() / (std::string("clip.") + wrapping.extension)).string();
  media::Demuxer demuxer(source, media::DemuxerOptions{}, RunContext{});
  AVFormatContext* raw = nullptr;
  REQUIRE(avformat_alloc_output_context2(&raw, nullptr, wrapping.format, path.c_str()) >= 0);
  const ff::OutputFormat format{raw};
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    AVStream* stream = avformat_new_stream(format.get(), nullptr);
    REQUIRE(avcodec_parameters_copy(stream->codecpar, demuxer.stream(i).codecpar) >= 0);
    stream->codecpar->codec_tag = 0;
    stream->time_base = demuxer.stream(i).time_base;
    stream->avg_frame_rate = demuxer.stream(i).avg_frame_rate;
  }
  av_dict_set(&format->metadata, "title", "mother's birthday", /*flags=*/0);
  ff::Dictionary options;
  if (wrapping.movflags != nullptr) options.set("movflags", wrapping.movflags);
  REQUIRE(avio_open(&format->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0);
  REQUIRE(avformat_write_header(format.get(), options.address()) >= 0);
  const ff::Packet packet = ff::make_packet();
  while (demuxer.read(*packet)) {
    const AVRational from = demuxer.stream(packet->stream_index).time_base;
    const AVRational to = format->streams[packet->stream_index]->time_base;
    const std::int64_t later = av_rescale_q(wrapping.later_s, AVRational{1, 1}, from);
    packet->pts += later;
    packet->dts += later;
    av_packet_rescale_ts(packet.get(), from, to);
    packet->pos = -1;
    REQUIRE(av_interleaved_write_frame(format.get(), packet.get()) >= 0);
  }
  REQUIRE(av_write_trailer(format.get()) >= 0);
  return path;
}

/// A checksum of each decoded picture.
std::vector<std::uint32_t> pictures(const std::string& path) {
  std::vector<std::uint32_t> sums;
  const std::int64_t damaged =
      media::for_each_frame(path, probe(path).video->index, 0, std::nullopt, SourceOptions{}, RunContext{},
                            [&](const AVFrame& frame, const Seconds&) {
                              std::uint32_t sum = 1;
                              for (int plane = 0; plane < 3; ++plane) {
                                const int shift = plane == 0 ? 0 : 1;
                                for (int y = 0; y < frame.height >> shift; ++y) {
                                  sum = static_cast<std::uint32_t>(av_adler32_update(
                                      sum, frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane],
                                      static_cast<std::size_t>(frame.width >> shift)));
                                }
                              }
                              sums.push_back(sum);
                              return true;
                            });
  CHECK(damaged == 0);
  return sums;
}

PipelineOptions never_encoding() {
  PipelineOptions options;
  options.prepare.reencode = ReencodePolicy::never;
  return options;
}

const std::vector<Wrapping>& wrappings() {
  static const std::vector<Wrapping> all{
      {"MOV", "mov", "mov"},
      {"Matroska: whole milliseconds, no decoding times", "matroska", "mkv"},
      {"MPEG-TS: start codes", "mpegts", "ts"},
      {"MPEG-TS whose clock wraps in the middle", "mpegts", "ts", nullptr, 95'440},
      {"fragmented MP4", "mp4", "mp4", "frag_keyframe+empty_moov"},
      {"FLV", "flv", "flv"},
  };
  return all;
}

}  // namespace

TEST_CASE("out of any container the same pictures go into a clean MP4, whole or cut") {
  const std::string source = fixture("presenter_h264_bframes_25fps_6s_audio.mp4");
  const std::vector<std::uint32_t> before = pictures(source);
  for (const Wrapping& wrapping : wrappings()) {
    CAPTURE(wrapping.name);
    const TemporaryDirectory folder;
    const std::string wrapped = wrap(source, wrapping, folder);
    for (const bool whole : {true, false}) {
      CAPTURE(whole);
      PipelineOptions options = never_encoding();
      options.output.overwrite = true;
      if (!whole) options.prepare.video_window.duration = 4;
      const Preparation made =
          prepare(wrapped, fixture("voice_mono_48k_5s.wav"), (folder.path() / "out").string(), options, RunContext{});
      CHECK(made.video.action == (whole ? ClipAction::remux : ClipAction::cut));
      CHECK_FALSE(made.video.reasons.empty());
      const std::vector<std::uint32_t> after = pictures(made.video.path);
      CHECK(after.size() == static_cast<std::size_t>(made.video.video->frames));
      CHECK(after.size() >= (whole ? before.size() : 96U));
      REQUIRE(after.size() <= before.size());
      CHECK(std::equal(after.begin(), after.end(), before.begin()));
      const MediaInfo written = probe(made.video.path);
      CHECK(written.streams.size() == 1);
      CHECK(written.moov_first);
      CHECK(written.video->start_s == 0);
      CHECK_FALSE(written.video->edit_list);
      for (const std::string& key : written.metadata_keys) CHECK(key != "title");
      const Seconds length = Rational(made.video.video->frames) / 25;
      for (const DurationMeasure& measure : made.video.measures) {
        CAPTURE(measure.name);
        CHECK(measure.duration_s <= length);
      }
    }
  }
}
