// SPDX-License-Identifier: Apache-2.0
#include "media/stream/packet_length.hpp"

#include <algorithm>
#include <array>
#include <bit>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

bool has_constant_packets(AVCodecID codec) {
  constexpr std::array list{AV_CODEC_ID_AAC,    AV_CODEC_ID_MP1,    AV_CODEC_ID_MP2,    AV_CODEC_ID_MP3,
                            AV_CODEC_ID_AC3,    AV_CODEC_ID_AMR_NB, AV_CODEC_ID_AMR_WB, AV_CODEC_ID_GSM,
                            AV_CODEC_ID_GSM_MS, AV_CODEC_ID_ATRAC1};
  return std::find(list.begin(), list.end(), codec) != list.end();
}

bool is_pcm(AVCodecID codec) {
  return codec >= AV_CODEC_ID_FIRST_AUDIO && codec < AV_CODEC_ID_ADPCM_IMA_QT &&
         av_get_exact_bits_per_sample(codec) > 0;
}

}  // namespace

std::int64_t usual_alac_packet(const AVCodecParameters& codec) {
  constexpr int cookie_size = 36, length_at = 12;  // an atom's size, name and version come first
  if (codec.codec_id != AV_CODEC_ID_ALAC || codec.extradata_size < cookie_size) return 0;
  return AV_RB32(codec.extradata + length_at);
}

std::optional<std::int64_t> opus_samples(const std::uint8_t* data, int size) {
  if (data == nullptr || size < 1) return std::nullopt;
  const unsigned config = data[0] >> 3U;
  std::int64_t frame = 0;
  if (config < 12) {  // SILK: 10, 20, 40, 60 ms
    constexpr std::array<std::int64_t, 4> lengths{480, 960, 1920, 2880};
    frame = lengths.at(config % 4);
  } else if (config < 16) {  // hybrid: 10, 20 ms
    frame = config % 2 == 0 ? 480 : 960;
  } else {  // CELT: 2.5, 5, 10, 20 ms
    frame = std::int64_t{120} << (config % 4);
  }
  const unsigned code = data[0] & 3U;
  if (code == 0) return frame;
  if (code < 3) return 2 * frame;
  if (size < 2) return std::nullopt;
  const std::int64_t frames = data[1] & 0x3FU;
  constexpr std::int64_t most = 5760;  // 120 ms
  return frames > 0 && frames * frame <= most ? std::optional{frames * frame} : std::nullopt;
}

std::optional<std::int64_t> alac_samples(const std::uint8_t* data, int size, std::int64_t usual) {
  // The first element: 3 bits of its kind, 4 of its number, 12 unused, one that tells whether a count follows, 3 more.
  constexpr int count_ends_at = 7;  // the count begins at bit 23
  constexpr unsigned single = 0, pair = 1, effects = 3;
  if (data == nullptr || size < 3 || usual <= 0) return std::nullopt;
  const unsigned kind = data[0] >> 5U;
  if (kind != single && kind != pair && kind != effects) return std::nullopt;
  const bool says_otherwise = (data[2] & 0x10U) != 0;
  if (!says_otherwise) return usual;
  if (size < count_ends_at) return std::nullopt;
  const std::int64_t count = (AV_RB32(data + 2) << 7U | AV_RB32(data + 3) >> 1U) & 0xFFFFFFFFU;
  return count > 0 && count <= usual ? std::optional{count} : std::nullopt;
}

std::int64_t adpcm_ima_qt_samples(int size, int channels) {
  constexpr int block_bytes = 34, block_samples = 64;  // of each channel
  return channels > 0 ? std::int64_t{size} / (std::int64_t{block_bytes} * channels) * block_samples : 0;
}

std::optional<std::int64_t> flac_samples(const std::uint8_t* data, int size) {
  constexpr int number_at = 4;  // of the frame or its first sample, coded like UTF-8
  if (data == nullptr || size < number_at + 3 || data[0] != 0xFF || (data[1] & 0xFCU) != 0xF8) return std::nullopt;
  const unsigned code = data[2] >> 4U;
  if (code == 0) return std::nullopt;
  if (code == 1) return 192;
  if (code <= 5) return std::int64_t{576} << (code - 2);
  if (code >= 8) return std::int64_t{256} << (code - 8);
  const int at = number_at + std::max(std::countl_one(data[number_at]), 1);
  const int bytes = code == 6 ? 1 : 2;
  if (at + bytes > size) return std::nullopt;
  const std::int64_t less_one = bytes == 1 ? data[at] : (unsigned{data[at]} << 8U | data[at + 1]);
  return less_one + 1;
}

PacketLength::PacketLength(const AVStream& stream)
    : stream_(&stream),
      samples_per_tick_(ff::from_av(stream.time_base) * Rational(stream.codecpar->sample_rate)),
      constant_(has_constant_packets(stream.codecpar->codec_id)),
      exact_(is_pcm(stream.codecpar->codec_id)),
      usual_(usual_alac_packet(*stream.codecpar)) {}

/// 0 where the duration is no whole number of samples, or its ticks are longer than one.
std::int64_t PacketLength::by_duration(const AVPacket& packet) const {
  if (packet.duration <= 0 || samples_per_tick_ > 1) return 0;
  const Rational exact = Rational(packet.duration) * samples_per_tick_;
  return exact.den() == 1 ? exact.num() : 0;
}

/// The packet's own bytes determine its length, independent of gaps and jitter.
bool PacketLength::tells_by_itself() const {
  const AVCodecParameters& codec = *stream_->codecpar;
  switch (codec.codec_id) {
    case AV_CODEC_ID_OPUS:
      return codec.sample_rate == 48000;
    case AV_CODEC_ID_ALAC:
      return usual_ > 0;
    case AV_CODEC_ID_FLAC:
    case AV_CODEC_ID_ADPCM_IMA_QT:
      return true;
    default:
      return false;
  }
}

std::optional<std::int64_t> PacketLength::told_by(const AVPacket& packet) const {
  switch (stream_->codecpar->codec_id) {
    case AV_CODEC_ID_OPUS:
      return opus_samples(packet.data, packet.size);
    case AV_CODEC_ID_ALAC:
      return alac_samples(packet.data, packet.size, usual_);
    case AV_CODEC_ID_FLAC:
      return flac_samples(packet.data, packet.size);
    default: {
      const std::int64_t samples = adpcm_ima_qt_samples(packet.size, stream_->codecpar->ch_layout.nb_channels);
      return samples > 0 ? std::optional{samples} : std::nullopt;
    }
  }
}

std::optional<std::int64_t> PacketLength::samples_in(const AVPacket& packet) {
  AVCodecParameters& codec = *stream_->codecpar;
  const std::int64_t lasts = by_duration(packet);
  // The one before was not the last. What lasts much longer than its samples is followed by a gap.
  if (cut_ > 0 || (cut_ < 0 && -cut_ < previous_ / 2)) regular_ = false;
  cut_ = previous_ = 0;
  if (tells_by_itself()) {
    const auto samples = told_by(packet);
    previous_ = samples.value_or(0);
    if (samples && lasts > 0) cut_ = *samples - lasts;
    return samples;
  }
  std::int64_t samples = std::max(av_get_audio_frame_duration2(&codec, packet.size), 0);
  if (constant_ && samples > 0) {
    if (multiple_ == 0) {
      const Rational claimed = Rational(packet.duration) * samples_per_tick_;
      multiple_ = packet.duration > 0 && claimed * 10 >= Rational(samples) * 19 ? 2 : 1;
    }
    samples *= multiple_;
  } else if (!exact_) {
    samples = lasts;
  }
  if (samples <= 0) return std::nullopt;
  previous_ = samples;
  if (lasts > 0) cut_ = samples - lasts;
  return samples;
}

}  // namespace react1::media
