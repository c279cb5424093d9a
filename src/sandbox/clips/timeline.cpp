// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/timeline.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace react1::sandbox {
namespace {

/// Whether every frame starts within a quarter of a frame of its time at this rate.
bool agrees(std::span<const Seconds> starts, const Rational& fps) {
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const Rational off = (starts[i] - starts.front()) * fps - static_cast<std::int64_t>(i);
    if (abs(off) > Rational{1, 4}) return false;
  }
  return true;
}

const std::array<Rational, 8>& common_rates() {
  static const std::array<Rational, 8> rates{Rational{24},
                                             Rational{25},
                                             Rational{30},
                                             Rational{50},
                                             Rational{60},
                                             Rational{24'000, 1'001},
                                             Rational{30'000, 1'001},
                                             Rational{60'000, 1'001}};
  return rates;
}

Seconds median_interval(std::span<const Seconds> starts) {
  std::vector<Seconds> intervals;
  for (std::size_t i = 1; i < starts.size(); ++i) intervals.push_back(starts[i] - starts[i - 1]);
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

/// The rate that every frame matches, if there is one.
std::optional<Rational> constant_rate(std::span<const Seconds> starts, std::span<const Rational> claimed) {
  const Seconds span = starts.back() - starts.front();
  if (span <= 0) return std::nullopt;
  const Rational mean = Rational{static_cast<std::int64_t>(starts.size()) - 1} / span;
  const auto fits = [&](const Rational& rate) {
    // A rate may deviate only by the rounding of the file's clock, or a short clip would match several.
    return rate > 0 && abs(rate / mean - 1) < Rational{1, 500} && agrees(starts, rate);
  };
  const auto nearer = [&](const Rational& a, const Rational& b) { return abs(a - mean) < abs(b - mean); };
  if (const auto found = std::find_if(claimed.begin(), claimed.end(), fits); found != claimed.end()) return *found;
  std::vector<Rational> common;
  std::copy_if(common_rates().begin(), common_rates().end(), std::back_inserter(common), fits);
  if (!common.empty()) return *std::min_element(common.begin(), common.end(), nearer);
  const Rational rounded{(mean * 1000).round(), 1000};
  if (rounded > 0 && agrees(starts, rounded)) return rounded;
  return std::nullopt;
}

FrameGrid varying(std::span<const Seconds> starts) {
  const Seconds interval = median_interval(starts);
  const Rational typical = interval > 0 ? Rational{1} / interval : Rational{25};
  const auto nearest =
      *std::min_element(common_rates().begin(), common_rates().end(),
                        [&](const Rational& a, const Rational& b) { return abs(a - typical) < abs(b - typical); });
  FrameGrid grid;
  grid.fps = nearest;
  const Seconds length = starts.back() - starts.front() + Rational{1} / nearest;
  grid.frames = std::max<std::int64_t>(1, (length * nearest).round());
  std::size_t frame = 0;
  for (std::int64_t position = 0; position < grid.frames; ++position) {
    const Seconds reach = starts.front() + (Rational{position} + Rational{1, 2}) / nearest;
    while (frame + 1 < starts.size() && starts[frame + 1] < reach) ++frame;
    grid.source.push_back(static_cast<std::int64_t>(frame));
  }
  return grid;
}

Seconds output_length(LipsyncMode mode, const Seconds& video_s, const Seconds& audio_s) {
  switch (mode) {
    case LipsyncMode::cut_off:
      return std::min(video_s, audio_s);
    case LipsyncMode::silence:
      return std::max(video_s, audio_s);
    case LipsyncMode::loop:
    case LipsyncMode::bounce:
    case LipsyncMode::remap:
      break;
  }
  return audio_s;
}

/// The one of `source` frames that output frame `i` of `total` shows.
std::int64_t shown(LipsyncMode mode, std::int64_t i, std::int64_t total, std::int64_t source) {
  switch (mode) {
    case LipsyncMode::loop:
      return i % source;
    case LipsyncMode::bounce: {
      const std::int64_t turn = i % (2 * source);
      return turn < source ? turn : 2 * source - 1 - turn;
    }
    case LipsyncMode::remap:
      return (2 * i + 1) * source / (2 * total);
    case LipsyncMode::cut_off:
    case LipsyncMode::silence:
      break;
  }
  return std::min(i, source - 1);  // after its end the last picture is held
}

}  // namespace

FrameGrid lay_on_grid(std::span<const Seconds> starts, std::span<const Rational> claimed) {
  if (starts.size() == 1) {
    const auto usable = std::find_if(claimed.begin(), claimed.end(), [](const Rational& rate) { return rate > 0; });
    return {.fps = usable != claimed.end() ? *usable : Rational{25}, .frames = 1, .source = {}};
  }
  if (const auto rate = constant_rate(starts, claimed)) {
    return {.fps = *rate, .frames = static_cast<std::int64_t>(starts.size()), .source = {}};
  }
  return varying(starts);
}

Timeline lay_out(LipsyncMode mode, const FrameGrid& video, const Seconds& audio_s) {
  const Seconds video_s = Rational{video.frames} / video.fps;
  const std::int64_t total = std::max<std::int64_t>(1, (output_length(mode, video_s, audio_s) * video.fps).round());
  Timeline timeline;
  timeline.shows.reserve(static_cast<std::size_t>(total));
  for (std::int64_t i = 0; i < total; ++i) timeline.shows.push_back(shown(mode, i, total, video.frames));
  timeline.samples = (Rational{total} / video.fps * output_sample_rate).round();
  timeline.voice_samples = std::min(timeline.samples, (audio_s * output_sample_rate).round());
  return timeline;
}

}  // namespace react1::sandbox
