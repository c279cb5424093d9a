#include "media/resampler.hpp"

#include <array>
#include <cstddef>
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

/// Where a channel sounds from, as far as the mix cares.
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

void copy_layout(Layout& to, const AVChannelLayout& from) {
  if (from.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&to.value, from.nb_channels);
  } else if (av_channel_layout_copy(&to.value, &from) < 0) {
    throw std::bad_alloc{};
  }
}

/// Both rates of the conversion. A stretched second needs a ratio finer than whole hertz.
std::array<int, 2> conversion_rates(int from, const ResamplerOptions& options) {
  if (options.stretch == 1) return {from, options.sample_rate};
  constexpr int finer = 1000;
  const std::int64_t stretched = (Rational(from) * Rational(finer) / options.stretch).round();
  return {static_cast<int>(stretched), options.sample_rate * finer};
}

}  // namespace

std::vector<double> mix_matrix(const AVChannelLayout& from, int channels, int only_channel) {
  const auto count = static_cast<std::size_t>(from.nb_channels);
  const bool has_centre = av_channel_layout_index_from_channel(&from, AV_CHAN_FRONT_CENTER) >= 0;
  std::array<std::vector<double>, 2> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const Place place =
        count == 1 ? Place::centre : place_of(av_channel_layout_channel_from_index(&from, static_cast<unsigned>(i)));
    const std::array<double, 2> shares = weights(place, has_centre ? 0.5 : 1.0);
    rows[0].push_back(shares[0]);
    rows[1].push_back(shares[1]);
  }
  std::vector<double> matrix = rows[only_channel == 1 ? 1 : 0];
  if (channels == 2) matrix.insert(matrix.end(), rows[1].begin(), rows[1].end());
  return matrix;
}

Resampler::Resampler(const AVFrame& like, const ResamplerOptions& options, std::string where)
    : where_(std::move(where)) {
  // An FFmpeg without libsoxr says so only here.
  if (options.built_in_filter || set_up(like, options, /*built_in=*/false) < 0) {
    ff::check(set_up(like, options, /*built_in=*/true), "setting up the resampler", where_);
  }
}

int Resampler::set_up(const AVFrame& like, const ResamplerOptions& options, bool built_in) {
  Layout from, to;
  copy_layout(from, like.ch_layout);
  av_channel_layout_default(&to.value, options.channels);
  const auto [rate_in, rate_out] = conversion_rates(like.sample_rate, options);
  SwrContext* raw = nullptr;
  const int allocated = swr_alloc_set_opts2(&raw, &to.value, AV_SAMPLE_FMT_FLTP, rate_out, &from.value,
                                            static_cast<AVSampleFormat>(like.format), rate_in,
                                            /*log_offset=*/0, /*log_ctx=*/nullptr);
  swr_.reset(raw);
  if (allocated < 0) return allocated;
  const auto set = [raw](const char* name, const char* value) { av_opt_set(raw, name, value, /*search_flags=*/0); };
  // 16-bit samples would be mixed as 16 bits.
  set("internal_sample_fmt", "fltp");
  if (built_in) {
    set("filter_size", "128");
    set("phase_shift", "10");
    set("kaiser_beta", "12");
    set("cutoff", "0.97");
  } else {
    set("resampler", "soxr");
    set("precision", "28");
    set("cutoff", "0.96");
  }
  const std::vector<double> matrix = mix_matrix(from.value, options.channels, options.only_channel);
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
