#include "media/audio_level.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

/// Highest absolute value of `count` samples of type T, as a share of full scale.
template <class T>
double plane_peak(const std::uint8_t* data, std::size_t count) {
  const T* samples = reinterpret_cast<const T*>(data);
  double peak = 0;
  for (std::size_t i = 0; i < count; ++i) peak = std::max(peak, std::abs(static_cast<double>(samples[i])));
  return std::is_floating_point_v<T> ? peak : peak / (static_cast<double>(std::numeric_limits<T>::max()) + 1);
}

double unsigned_peak(const std::uint8_t* data, std::size_t count) {
  int peak = 0;
  for (std::size_t i = 0; i < count; ++i) peak = std::max(peak, std::abs(int{data[i]} - 128));
  return peak / 128.0;
}

double one_plane(AVSampleFormat format, const std::uint8_t* data, std::size_t count) {
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_U8:
      return unsigned_peak(data, count);
    case AV_SAMPLE_FMT_S16:
      return plane_peak<std::int16_t>(data, count);
    case AV_SAMPLE_FMT_S32:
      return plane_peak<std::int32_t>(data, count);
    case AV_SAMPLE_FMT_S64:
      return plane_peak<std::int64_t>(data, count);
    case AV_SAMPLE_FMT_FLT:
      return plane_peak<float>(data, count);
    case AV_SAMPLE_FMT_DBL:
      return plane_peak<double>(data, count);
    default:
      return 0;
  }
}

}  // namespace

void MonoMix::set_up(const AVFrame& frame) {
  const int channels = frame.ch_layout.nb_channels;
  if (resampler_ && frame.format == format_ && frame.sample_rate == sample_rate_ && channels == channels_) return;
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  AVChannelLayout from{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&from, channels);
  } else {
    ff::check(av_channel_layout_copy(&from, &frame.ch_layout), "reading the channel layout", "audio");
  }
  SwrContext* raw = nullptr;
  const int rc = swr_alloc_set_opts2(&raw, &mono, AV_SAMPLE_FMT_FLT, frame.sample_rate, &from,
                                     static_cast<AVSampleFormat>(frame.format), frame.sample_rate, /*log_offset=*/0,
                                     /*log_ctx=*/nullptr);
  resampler_.reset(raw);
  av_channel_layout_uninit(&from);
  ff::check(rc, "setting up the mono mix", "audio");
  // Float mixes are not normalised by default: two equal channels would come out 3 dB louder than they are.
  ff::check(av_opt_set_double(raw, "rematrix_maxval", 1.0, /*search_flags=*/0), "setting up the mono mix", "audio");
  ff::check(swr_init(raw), "setting up the mono mix", "audio");
  format_ = frame.format;
  sample_rate_ = frame.sample_rate;
  channels_ = channels;
}

std::span<const float> MonoMix::mix(const AVFrame& frame) {
  set_up(frame);
  samples_.resize(static_cast<std::size_t>(frame.nb_samples));
  std::array out{reinterpret_cast<std::uint8_t*>(samples_.data())};
  auto** in = const_cast<const std::uint8_t**>(frame.extended_data);  // NOLINT(*-const-cast): older FFmpeg asks for it
  const int count = ff::check(swr_convert(resampler_.get(), out.data(), frame.nb_samples, in, frame.nb_samples),
                              "mixing to mono", "audio");
  return std::span{samples_}.first(static_cast<std::size_t>(count));
}

double peak_of(const AVFrame& frame) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const auto channels = static_cast<std::size_t>(frame.ch_layout.nb_channels);
  const auto samples = static_cast<std::size_t>(frame.nb_samples);
  if (av_sample_fmt_is_planar(format) == 0) return one_plane(format, frame.extended_data[0], samples * channels);
  double peak = 0;
  for (std::size_t i = 0; i < channels; ++i) peak = std::max(peak, one_plane(format, frame.extended_data[i], samples));
  return peak;
}

double dbfs(double linear) noexcept {
  constexpr double silence = -200;
  return linear > 0 ? std::max(20 * std::log10(linear), silence) : silence;
}

}  // namespace react1::media
