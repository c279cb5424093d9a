// SPDX-License-Identifier: Apache-2.0
#include "media/sound/audio_level.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

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
