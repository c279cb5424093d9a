// SPDX-License-Identifier: Apache-2.0
#include "media/sound/resampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include "media/ff/check.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

struct Layout {
  Layout() = default;
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  ~Layout() { av_channel_layout_uninit(&value); }
  AVChannelLayout value{};
};

/// The direction of a channel, as far as the mix needs it.
enum class Place { left, right, centre, behind_left, behind_right, behind_centre, effects };

Place place_of(AVChannel channel) {
  switch (channel) {
    case AV_CHAN_FRONT_LEFT:
    case AV_CHAN_STEREO_LEFT:
    case AV_CHAN_FRONT_LEFT_OF_CENTER:
    case AV_CHAN_WIDE_LEFT:
      return Place::left;
    case AV_CHAN_FRONT_RIGHT:
    case AV_CHAN_STEREO_RIGHT:
    case AV_CHAN_FRONT_RIGHT_OF_CENTER:
    case AV_CHAN_WIDE_RIGHT:
      return Place::right;
    case AV_CHAN_FRONT_CENTER:
      return Place::centre;
    case AV_CHAN_LOW_FREQUENCY:
    case AV_CHAN_LOW_FREQUENCY_2:
      return Place::effects;
    case AV_CHAN_BACK_LEFT:
    case AV_CHAN_SIDE_LEFT:
    case AV_CHAN_TOP_FRONT_LEFT:
    case AV_CHAN_TOP_BACK_LEFT:
      return Place::behind_left;
    case AV_CHAN_BACK_RIGHT:
    case AV_CHAN_SIDE_RIGHT:
    case AV_CHAN_TOP_FRONT_RIGHT:
    case AV_CHAN_TOP_BACK_RIGHT:
      return Place::behind_right;
    default:
      return Place::behind_centre;
  }
}

/// Into left and into right.
std::array<double, 2> weights(Place place, double front) {
  switch (place) {
    case Place::left:
      return {front, 0};
    case Place::right:
      return {0, front};
    case Place::centre:
      return {1, 1};
    case Place::behind_left:
      return {front / 2, 0};
    case Place::behind_right:
      return {0, front / 2};
    case Place::behind_centre:
      return {front / 2, front / 2};
    case Place::effects:
      break;
  }
  return {0, 0};
}

bool is_ambisonic(AVChannel channel) {
  return channel >= AV_CHAN_AMBISONIC_BASE && channel <= AV_CHAN_AMBISONIC_END;
}

/// Of the component with this number (ACN, SN3D) into left and right. The order of a component is the root of its
/// number. The weights of all orders but the first component's add up, as lengths, to less than 1: a sound from any
/// direction is audible on both sides.
std::array<double, 2> ambisonic_weights(int component, int highest_order) {
  switch (component) {
    case 0:  // from everywhere
      return {1, 1};
    case 1:  // left less right
      return {0.4, -0.4};
    case 2:  // above less below
    case 3:  // before less behind
      return {0.2, 0.2};
    default:
      break;
  }
  double lengths = 0;
  for (int order = 2; order <= highest_order; ++order) lengths += std::sqrt(2 * order + 1);
  return {0.5 / lengths, 0.5 / lengths};
}

/// swresample only needs the number of channels, because the matrix has the rest. It refuses layouts without an
/// order, and mixes some others by itself.
void stand_in_layout(Layout& to, int channels) {
  if (channels <= 2) {
    av_channel_layout_default(&to.value, channels);
    return;
  }
  const std::uint64_t mask = channels >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << channels) - 1;
  if (av_channel_layout_from_mask(&to.value, mask) < 0) throw std::bad_alloc{};
}

/// Into left and right, of each channel.
std::vector<std::array<double, 2>> channel_weights(const AVChannelLayout& from, bool with_effects) {
  const int count = from.nb_channels;
  if (count == 1) return {{1, 1}};
  const bool unmarked = from.order == AV_CHANNEL_ORDER_UNSPEC;
  if (unmarked && count == 2) return {{1, 0}, {0, 1}};
  if (unmarked) return std::vector<std::array<double, 2>>(static_cast<std::size_t>(count), {1, 1});
  std::vector<AVChannel> channels;
  int highest = 0;
  for (int i = 0; i < count; ++i) {
    channels.push_back(av_channel_layout_channel_from_index(&from, static_cast<unsigned>(i)));
    if (is_ambisonic(channels.back())) highest = std::max(highest, channels.back() - AV_CHAN_AMBISONIC_BASE);
  }
  const bool has_centre = av_channel_layout_index_from_channel(&from, AV_CHAN_FRONT_CENTER) >= 0;
  std::vector<std::array<double, 2>> result;
  for (const AVChannel channel : channels) {
    if (is_ambisonic(channel)) {
      const auto order = static_cast<int>(std::sqrt(highest));
      result.push_back(ambisonic_weights(channel - AV_CHAN_AMBISONIC_BASE, order));
      continue;
    }
    const Place place = place_of(channel);
    result.push_back(weights(with_effects && place == Place::effects ? Place::centre : place, has_centre ? 0.5 : 1.0));
  }
  return result;
}

/// Both rates of the conversion. A stretched second needs a ratio finer than whole hertz.
std::array<int, 2> conversion_rates(int from, const ResamplerOptions& options) {
  if (options.stretch == 1) return {from, options.sample_rate};
  constexpr int finer = 1000;
  const std::int64_t stretched = (Rational(from) * Rational(finer) / options.stretch).round();
  return {static_cast<int>(stretched), options.sample_rate * finer};
}

}  // namespace

std::vector<double> mix_matrix(const AVChannelLayout& from, int channels, int only_channel, bool with_effects) {
  std::array<std::vector<double>, 2> rows;
  for (const std::array<double, 2>& shares : channel_weights(from, with_effects)) {
    rows[0].push_back(shares[0]);
    rows[1].push_back(shares[1]);
  }
  std::vector<double> matrix = rows[only_channel == 1 ? 1 : 0];
  if (channels == 2) matrix.insert(matrix.end(), rows[1].begin(), rows[1].end());
  return matrix;
}

Resampler::Resampler(const AVFrame& like, const ResamplerOptions& options, std::string where)
    : where_(std::move(where)) {
  // An FFmpeg without libsoxr reports that only here.
  if (options.built_in_filter || set_up(like, options, /*built_in=*/false) < 0) {
    ff::check(set_up(like, options, /*built_in=*/true), "setting up the resampler", where_);
  }
}

int Resampler::set_up(const AVFrame& like, const ResamplerOptions& options, bool built_in) {
  Layout from, to;
  stand_in_layout(from, like.ch_layout.nb_channels);
  av_channel_layout_default(&to.value, options.channels);
  const auto [rate_in, rate_out] = conversion_rates(like.sample_rate, options);
  SwrContext* raw = nullptr;
  const int allocated = swr_alloc_set_opts2(&raw, &to.value, AV_SAMPLE_FMT_FLTP, rate_out, &from.value,
                                            static_cast<AVSampleFormat>(like.format), rate_in,
                                            /*log_offset=*/0, /*log_ctx=*/nullptr);
  swr_.reset(raw);
  if (allocated < 0) return allocated;
  const auto set = [raw](const char* name, const char* value) { av_opt_set(raw, name, value, /*search_flags=*/0); };
  // As text it would be parsed with the process's locale.
  const auto cut_at = [raw](double cutoff) { av_opt_set_double(raw, "cutoff", cutoff, /*search_flags=*/0); };
  // 16-bit samples would be mixed as 16 bits.
  set("internal_sample_fmt", "fltp");
  if (built_in) {
    set("filter_size", "128");
    set("phase_shift", "10");
    set("kaiser_beta", "12");
    cut_at(0.97);
  } else {
    set("resampler", "soxr");
    set("precision", "28");
    cut_at(0.96);
  }
  const std::vector<double> matrix =
      mix_matrix(like.ch_layout, options.channels, options.only_channel, options.with_effects);
  const int mixed = swr_set_matrix(raw, matrix.data(), from.value.nb_channels);
  return mixed < 0 ? mixed : swr_init(raw);
}

int Resampler::room(int samples) const {
  return ff::check(swr_get_out_samples(swr_.get(), samples), "resampling", where_);
}

int Resampler::convert(std::uint8_t** output, int room, const std::uint8_t** data, int samples) {
  return ff::check(swr_convert(swr_.get(), output, room, data, samples), "resampling", where_);
}

}  // namespace react1::media
