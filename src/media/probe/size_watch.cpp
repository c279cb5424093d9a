// SPDX-License-Identifier: Apache-2.0
#include "media/probe/size_watch.hpp"

#include <algorithm>
#include <new>

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

bool has_parser(AVCodecID codec) {
  constexpr std::array codecs{AV_CODEC_ID_H264,       AV_CODEC_ID_HEVC,  AV_CODEC_ID_AV1,
                              AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG1VIDEO};
  return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
}

/// Bits from the most significant one on; zeros behind the end.
class Bits {
 public:
  Bits(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  unsigned read(unsigned count) {
    unsigned value = 0;
    for (; count > 0; --count, ++at_) {
      const std::size_t byte = at_ / 8;
      const unsigned bit = byte < size_ ? data_[byte] >> (7 - at_ % 8) & 1U : 0U;
      value = value << 1U | bit;
    }
    return value;
  }
  [[nodiscard]] bool is_past_end() const { return at_ > size_ * 8; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

/// VP9's color_config(): only how many bits it takes matters here.
void skip_color(Bits& bits, unsigned profile) {
  constexpr unsigned rgb = 7;
  if (profile >= 2) bits.read(1);
  const bool subsampled_as_told = profile == 1 || profile == 3;
  if (bits.read(3) != rgb) {
    bits.read(1);
    if (subsampled_as_told) bits.read(3);
  } else if (subsampled_as_told) {
    bits.read(1);
  }
}

/// A VP8 key frame has its size after a start code; other frames keep it.
template <class Size>
std::optional<Size> of_vp8(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t header = 10;
  constexpr unsigned size_mask = 0x3FFF;  // the two bits above are about scaling
  if (size < header || (data[0] & 1U) != 0 || data[3] != 0x9D || data[4] != 0x01 || data[5] != 0x2A)
    return std::nullopt;
  const auto side_at = [data](std::size_t at) {
    return static_cast<int>((data[at] | unsigned{data[at + 1]} << 8U) & size_mask);
  };
  return Size{side_at(6), side_at(8)};
}

}  // namespace

SizeWatch::SizeWatch(const AVStream& stream)
    : index_(stream.index), codec_(stream.codecpar->codec_id), tick_(ff::from_av(stream.time_base)) {
  if (!has_parser(codec_)) return;
  parser_.reset(av_parser_init(codec_));
  if (!parser_) return;
  context_.reset(avcodec_alloc_context3(nullptr));
  if (!context_) throw std::bad_alloc{};
  if (avcodec_parameters_to_context(context_.get(), stream.codecpar) < 0) context_.reset();
  parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

std::optional<SizeWatch::Size> SizeWatch::by_parser(const AVPacket& packet) {
  if (!context_ || (packet.flags & AV_PKT_FLAG_KEY) == 0) return std::nullopt;
  parser_->width = parser_->height = 0;
  std::uint8_t* unused = nullptr;
  int unused_size = 0;
  av_parser_parse2(parser_.get(), context_.get(), &unused, &unused_size, packet.data, packet.size, packet.pts,
                   packet.dts, packet.pos);
  if (parser_->width <= 0 || parser_->height <= 0) return std::nullopt;
  return Size{parser_->width, parser_->height};
}

/// A packet may hold several frames, of which the last is shown; an index at its end has the end of each.
std::optional<SizeWatch::Size> SizeWatch::of_vp9(const std::uint8_t* data, std::size_t size) {
  const unsigned marker = data[size - 1];
  const std::size_t frames = (marker & 7U) + 1;
  const std::size_t width = (marker >> 3U & 3U) + 1;
  const std::size_t index = 2 + frames * width;
  if ((marker & 0xE0U) != 0xC0U || index > size || data[size - index] != marker) return of_vp9_frame(data, size);
  std::optional<Size> shown;
  std::size_t at = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    std::size_t length = 0;
    for (std::size_t i = width; i > 0; --i) length = length << 8U | data[size - index + 1 + frame * width + i - 1];
    if (length > size - index - at) break;
    if (const auto found = of_vp9_frame(data + at, length)) shown = found;
    at += length;
  }
  return shown;
}

/// The uncompressed header, as far as the size (VP9 bitstream specification, 6.2).
std::optional<SizeWatch::Size> SizeWatch::of_vp9_frame(const std::uint8_t* data, std::size_t size) {
  constexpr unsigned sync_code = 0x498342;
  Bits bits(data, size);
  if (bits.read(2) != 2) return std::nullopt;
  unsigned profile = bits.read(1);
  profile |= bits.read(1) << 1U;
  if (profile == 3) bits.read(1);
  if (bits.read(1) != 0) return references_.at(bits.read(3));  // shows a frame that was decoded before
  const bool key = bits.read(1) == 0;
  const bool shown = bits.read(1) != 0;
  const bool resilient = bits.read(1) != 0;
  const auto sized = [&] {
    const int width = static_cast<int>(bits.read(16)) + 1;
    return Size{width, static_cast<int>(bits.read(16)) + 1};
  };
  unsigned refreshed = 0xFF;
  std::optional<Size> found;
  if (key) {
    if (bits.read(24) != sync_code) return std::nullopt;
    skip_color(bits, profile);
    found = sized();
  } else {
    const bool intra = !shown && bits.read(1) != 0;
    if (!resilient) bits.read(2);
    if (intra) {
      if (bits.read(24) != sync_code) return std::nullopt;
      if (profile > 0) skip_color(bits, profile);
      refreshed = bits.read(8);
      found = sized();
    } else {
      refreshed = bits.read(8);
      std::array<unsigned, 3> used{};
      for (unsigned& slot : used) slot = bits.read(4) >> 1U;
      for (std::size_t i = 0; i < used.size() && !found; ++i) {
        if (bits.read(1) != 0) found = references_.at(used.at(i));
      }
      if (!found) found = sized();
    }
  }
  if (bits.is_past_end() || found->width == 0) return std::nullopt;
  for (std::size_t slot = 0; slot < references_.size(); ++slot) {
    if ((refreshed >> slot & 1U) != 0) references_.at(slot) = *found;
  }
  return found;
}

void SizeWatch::look(const AVPacket& packet) {
  if (packet.stream_index != index_ || packet.size <= 0 || packet.data == nullptr) return;
  const auto size = static_cast<std::size_t>(packet.size);
  std::optional<Size> found;
  if (codec_ == AV_CODEC_ID_VP8) {
    found = of_vp8<Size>(packet.data, size);
  } else if (codec_ == AV_CODEC_ID_VP9) {
    found = of_vp9(packet.data, size);
  } else {
    found = by_parser(packet);
  }
  if (!found || found->width <= 0 || found->height <= 0 || found == latest_) return;
  latest_ = found;
  const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  constexpr std::size_t most_changes = 100'000;
  if (time != AV_NOPTS_VALUE && sizes_.size() < most_changes) sizes_[time] = *found;
}

std::vector<PictureSize> SizeWatch::sizes(const VideoInfo& video, std::int64_t origin) const {
  std::vector<PictureSize> result;
  for (const auto& [time, size] : sizes_) {
    result.push_back({Rational{time - origin} * tick_, size.width, size.height});
  }
  const bool one =
      result.size() < 2 && (result.empty() || (result[0].width == video.width && result[0].height == video.height));
  return one ? std::vector<PictureSize>{} : result;
}

}  // namespace react1::media
