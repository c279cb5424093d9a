// SPDX-License-Identifier: Apache-2.0
#include "media/sound/treated_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <span>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include <react1/error.hpp>

namespace react1::media {
namespace {

constexpr AVSampleFormat output_format = AV_SAMPLE_FMT_FLTP;

std::int64_t samples_in(const Seconds& time, const AudioPlan& plan) {
  return (time * plan.sample_rate).round();
}

double linear(double decibels) {
  return std::pow(10.0, decibels / 20);
}

/// Applies the gain too; nullopt when neither is wanted.
std::optional<PeakLimiter> make_limiter(const AudioPlan& plan) {
  const SoundTreatment& treatment = plan.treatment;
  if (treatment.gain_db == 0 && !treatment.ceiling_dbtp) return std::nullopt;
  constexpr double no_ceiling = 1e9;
  return PeakLimiter(plan.sample_rate, static_cast<std::size_t>(plan.channels), linear(treatment.gain_db),
                     treatment.ceiling_dbtp ? linear(*treatment.ceiling_dbtp) : no_ceiling);
}

}  // namespace

ff::Frame make_samples(int channels, int rate, int samples) {
  ff::Frame frame = ff::make_frame();
  frame->format = output_format;
  frame->sample_rate = rate;
  frame->nb_samples = samples;
  av_channel_layout_default(&frame->ch_layout, channels);
  if (av_frame_get_buffer(frame.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  return frame;
}

TreatedSamples::TreatedSamples(const AudioPlan& plan)
    : channels_(plan.channels),
      rate_(plan.sample_rate),
      silence_before_(samples_in(plan.treatment.silence_before_s, plan)),
      fade_in_(samples_in(plan.treatment.fade_in_s, plan)),
      fade_out_(samples_in(plan.treatment.fade_out_s, plan)),
      limiter_(make_limiter(plan)),
      ready_(av_audio_fifo_alloc(output_format, plan.channels, 1 << 16)) {
  if (!ready_) throw std::bad_alloc{};
  limited_.resize(static_cast<std::size_t>(plan.channels));
}

void TreatedSamples::add(const AVFrame& frame, int samples) {
  placed_ += samples;
  if (!limiter_) {
    store(reinterpret_cast<void**>(frame.extended_data), samples);
    return;
  }
  std::array<const float*, 2> planes{};
  for (int i = 0; i < channels_; ++i)
    planes.at(static_cast<std::size_t>(i)) = reinterpret_cast<const float*>(frame.extended_data[i]);
  limiter_->push(std::span(planes.data(), limited_.size()), static_cast<std::size_t>(samples), limited_);
  store_limited();
}

void TreatedSamples::add_silence(std::int64_t samples) {
  constexpr std::int64_t block = 1 << 16;
  for (std::int64_t left = samples; left > 0; left -= block) {
    const int count = static_cast<int>(std::min(left, block));
    const ff::Frame silence = make_samples(channels_, rate_, count);
    av_samples_set_silence(silence->extended_data, 0, count, channels_, output_format);
    add(*silence, count);
  }
}

void TreatedSamples::finish() {
  if (!limiter_) return;
  limiter_->finish(limited_);
  store_limited();
  limiter_.reset();
}

void TreatedSamples::store_limited() {
  std::array<void*, 2> planes{};
  for (std::size_t i = 0; i < limited_.size(); ++i) planes.at(i) = limited_[i].data();
  store(planes.data(), static_cast<int>(limited_[0].size()));
  for (std::vector<float>& samples : limited_) samples.clear();
}

void TreatedSamples::store(void** planes, int samples) {
  if (samples == 0) return;
  if (av_audio_fifo_write(ready_.get(), planes, samples) < samples) throw std::bad_alloc{};
  made_ += samples;
}

ff::Frame TreatedSamples::take(int samples, std::int64_t total) {
  if (samples <= 0) return nullptr;
  ff::Frame frame = make_samples(channels_, rate_, samples);
  const int got = av_audio_fifo_read(ready_.get(), reinterpret_cast<void**>(frame->extended_data), samples);
  if (got != samples) throw Error(ErrorCode::internal, "samples", "the queue is empty");
  fade(*frame, total);
  given_ += samples;
  return frame;
}

/// The frame begins `given_` samples into the clip. Straight ramps: over 10 ms the shape of the curve is inaudible.
void TreatedSamples::fade(AVFrame& frame, std::int64_t total) const {
  const std::int64_t sound = silence_before_;
  if (given_ >= sound + fade_in_ && given_ + frame.nb_samples <= total - fade_out_) return;
  for (int channel = 0; channel < channels_; ++channel) {
    auto* samples = reinterpret_cast<float*>(frame.extended_data[channel]);
    for (int i = 0; i < frame.nb_samples; ++i) {
      const std::int64_t since = given_ + i - sound, left = total - given_ - i - 1;
      double share = 1;
      if (since >= 0 && since < fade_in_) share = static_cast<double>(since) / static_cast<double>(fade_in_);
      if (left < fade_out_) share = std::min(share, static_cast<double>(left) / static_cast<double>(fade_out_));
      samples[i] = static_cast<float>(double{samples[i]} * share);
    }
  }
}

}  // namespace react1::media
