// SPDX-License-Identifier: Apache-2.0
#include "media/picture/frame_picker.hpp"

#include <algorithm>
#include <react1/error.hpp>

namespace react1::media {

FramePicker::FramePicker(const Settings& settings) : settings_(settings) {
  if (settings.fps <= 0 || settings.frames <= 0 || settings.source_fps < 0) {
    throw Error(ErrorCode::internal, "frame picker", "a rate or frame count is not positive");
  }
  const Seconds tick = 1 / settings.fps;
  const Seconds interval = settings.source_fps > 0 ? 1 / settings.source_fps : tick;
  early_ = std::min(tick, interval) / 2;
}

Seconds FramePicker::snapped(Seconds time) const {
  if (!settings_.source_constant || settings_.source_fps == 0) return time;
  return Rational((time * settings_.source_fps).round()) / settings_.source_fps;
}

std::int64_t FramePicker::first_tick(Seconds time) const {
  return ((time - early_ - settings_.start) * settings_.fps).ceil();
}

std::int64_t FramePicker::fill_up_to(std::int64_t tick) {
  const std::int64_t count = std::max<std::int64_t>(std::min(tick, settings_.frames) - filled_, 0);
  filled_ += count;
  return count;
}

std::int64_t FramePicker::next(Seconds time) {
  const Seconds at = snapped(time);
  if (!latest_) {
    latest_ = at;
    const std::int64_t tick = first_tick(at);
    if (tick > 0) late_by_ = tick / settings_.fps;
    return 0;
  }
  if (settings_.source_constant && settings_.source_fps > 0) {
    missing_ += std::max<std::int64_t>(((at - *latest_) * settings_.source_fps).round() - 1, 0);
  }
  // A timestamp that goes back cannot take ticks away from frames that were already shown.
  latest_ = std::max(at, *latest_);
  return fill_up_to(first_tick(*latest_));
}

std::optional<std::int64_t> FramePicker::finish_early() {
  if (!latest_ || !settings_.source_constant || settings_.source_fps == 0) return std::nullopt;
  if (first_tick(*latest_ + 1 / settings_.source_fps) < settings_.frames) return std::nullopt;
  return fill_up_to(settings_.frames);
}

std::int64_t FramePicker::finish(std::optional<Seconds> duration) {
  if (!latest_) return 0;
  Seconds shown = duration.value_or(0);
  if (shown <= 0) shown = 1 / (settings_.source_fps > 0 ? settings_.source_fps : settings_.fps);
  // Every tick before the end of the last frame still shows it.
  const Seconds end = *latest_ + shown;
  return fill_up_to(((end - settings_.start) * settings_.fps).ceil());
}

}  // namespace react1::media
