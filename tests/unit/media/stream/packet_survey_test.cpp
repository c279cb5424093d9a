// SPDX-License-Identifier: Apache-2.0
// What single packets tell, from packets that are made here.
#include <doctest/doctest.h>

#include <cstdint>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/stream/audio_count.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/packet_survey.hpp"
#include "media/stream/skip_in_samples.hpp"
#include "support/paths.hpp"

#include <react1/media.hpp>

using namespace react1;
using namespace react1::media;

namespace {

/// A stream of sound in a context of its own.
struct MadeStream {
  AVFormatContext* context = avformat_alloc_context();
  AVStream* stream = avformat_new_stream(context, nullptr);

  MadeStream(AVCodecID codec, int rate, AVRational tick) {
    stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    stream->codecpar->codec_id = codec;
    stream->codecpar->sample_rate = rate;
    stream->codecpar->ch_layout = AV_CHANNEL_LAYOUT_MONO;
    stream->time_base = tick;
  }
  MadeStream(const MadeStream&) = delete;
  MadeStream& operator=(const MadeStream&) = delete;
  ~MadeStream() { avformat_free_context(context); }
};

ff::Packet packet_that_skips(std::uint32_t at_start, std::uint32_t at_end) {
  ff::Packet packet = ff::make_packet();
  REQUIRE(av_new_packet(packet.get(), 200) == 0);
  packet->pts = packet->dts = 0;
  std::uint8_t* skip = av_packet_new_side_data(packet.get(), AV_PKT_DATA_SKIP_SAMPLES, 10);
  REQUIRE(skip != nullptr);
  AV_WL32(skip, at_start);
  AV_WL32(skip + 4, at_end);
  return packet;
}

}  // namespace

TEST_CASE("padding that is negative or longer than its packet is none") {
  for (const std::uint32_t padding : {0U, 1U, 1152U, 1153U, 4294963170U}) {
    MadeStream made(AV_CODEC_ID_MP3, 48000, {1, 1000});
    StreamSurveyor surveyor(*made.stream);
    surveyor.add(*packet_that_skips(0, padding));
    CAPTURE(padding);
    CHECK(surveyor.finish().skip_end == (padding <= 1152 ? padding : 0));
  }
}

TEST_CASE("what an edit list hides is given in samples, whatever the track's ticks") {
  const auto hidden = [](AVCodecID codec, int rate, AVRational tick, std::uint32_t skip) {
    MadeStream made(codec, rate, tick);
    const ff::Packet packet = packet_that_skips(skip, 7);
    tell_skip_in_samples(*made.stream, *packet);
    std::size_t size = 0;
    const std::uint8_t* data = av_packet_get_side_data(packet.get(), AV_PKT_DATA_SKIP_SAMPLES, &size);
    CHECK(AV_RL32(data + 4) == 7);
    return AV_RL32(data);
  };
  CHECK(hidden(AV_CODEC_ID_OPUS, 48000, {1, 48000}, 312) == 312);
  CHECK(hidden(AV_CODEC_ID_OPUS, 48000, {1, 24000}, 156) == 312);
  CHECK(hidden(AV_CODEC_ID_OPUS, 48000, {1, 8000}, 52) == 312);
  CHECK(hidden(AV_CODEC_ID_AAC, 44100, {1, 22050}, 1024) == 2048);
  CHECK(hidden(AV_CODEC_ID_AAC, 44100, {1, 44100}, 1024) == 1024);
  CHECK(hidden(AV_CODEC_ID_OPUS, 48000, {1, 1}, 4000000000U) == INT32_MAX);
}

TEST_CASE("what packets tell of their samples is what a decoder gives") {
  for (const char* name :
       {"opus_12k_clock_4s.mp4", "gap_ima_qt_4s.mov", "jitter_alac_4s.m4a", "gap_alac_4s.m4a", "rounded_ac3_4s.ac3"}) {
    const std::string path = test::fixture(name);
    const MediaInfo info = probe(path);
    CAPTURE(name);
    CHECK(info.audio->duration_source == FactSource::packets);
    CHECK(info.audio->samples == count_decoded_samples(path, info.audio->index, SourceOptions{}, RunContext{}).samples);
  }
}
