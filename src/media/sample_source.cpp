#include "media/sample_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <span>
#include <utility>
#include <vector>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include "media/damage.hpp"
#include "media/ff/check.hpp"

namespace react1::media {
namespace {

constexpr std::int64_t most_padding = 1152;  ///< one MP3 frame
constexpr AVSampleFormat output_format = AV_SAMPLE_FMT_FLTP;

const AudioInfo& require_audio(const MediaInfo& info) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without audio");
  return *info.audio;
}

ff::Frame make_output(int channels, int rate, int samples) {
  ff::Frame frame = ff::make_frame();
  frame->format = output_format;
  frame->sample_rate = rate;
  frame->nb_samples = samples;
  av_channel_layout_default(&frame->ch_layout, channels);
  if (av_frame_get_buffer(frame.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  return frame;
}

bool same_format(const AVFrame& a, const AVFrame& b) {
  return a.format == b.format && a.sample_rate == b.sample_rate &&
         av_channel_layout_compare(&a.ch_layout, &b.ch_layout) == 0;
}

std::int64_t samples_in(const Seconds& time, const AudioPlan& plan) {
  return (time * plan.sample_rate).round();
}

double linear(double decibels) {
  return std::pow(10.0, decibels / 20);
}

/// Carries the gain as well; nullopt when neither is wanted.
std::optional<PeakLimiter> make_limiter(const AudioPlan& plan) {
  const SoundTreatment& treatment = plan.treatment;
  if (treatment.gain_db == 0 && !treatment.ceiling_dbtp) return std::nullopt;
  constexpr double no_ceiling = 1e9;
  return PeakLimiter(plan.sample_rate, static_cast<std::size_t>(plan.channels), linear(treatment.gain_db),
                     treatment.ceiling_dbtp ? linear(*treatment.ceiling_dbtp) : no_ceiling);
}

/// Where the frame's samples begin, `skipped` samples in.
std::vector<const std::uint8_t*> planes_from(const AVFrame& frame, int skipped) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  const int planes = planar ? frame.ch_layout.nb_channels : 1;
  const int step = av_get_bytes_per_sample(format) * (planar ? 1 : frame.ch_layout.nb_channels);
  std::vector<const std::uint8_t*> result;
  result.reserve(static_cast<std::size_t>(planes));
  for (int i = 0; i < planes; ++i) result.push_back(frame.extended_data[i] + std::ptrdiff_t{skipped} * step);
  return result;
}

}  // namespace

SampleSource::SampleSource(Source source, const MediaInfo& info, const AudioPlan& plan, SourceOptions options,
                           const RunContext& context, Damage damage)
    : source_(std::move(source)),
      plan_(plan),
      audio_(require_audio(info)),
      options_(std::move(options)),
      context_{.stop = context.stop, .job_id = context.job_id},
      damage_(damage),
      first_wanted_((plan.start_s * audio_.sample_rate).round()),
      packet_(ff::make_packet()),
      frame_(ff::make_frame()),
      format_(ff::make_frame()),
      silence_before_(samples_in(plan.treatment.silence_before_s, plan)),
      fade_in_(samples_in(plan.treatment.fade_in_s, plan)),
      fade_out_(samples_in(plan.treatment.fade_out_s, plan)),
      ready_(av_audio_fifo_alloc(output_format, plan.channels, 1 << 16)) {
  if (!ready_) throw std::bad_alloc{};
  limiter_ = make_limiter(plan);
  limited_.resize(static_cast<std::size_t>(plan.channels));
  store_silence(std::min(silence_before_, plan.samples));
  excerpt_ = excerpt_around(source_, audio_.duration_source, plan_.stream_index, plan_.start_s + audio_.start_s,
                            plan_.end_s + audio_.start_s, options_, context_);
  open();
  go_to_window();
}

void SampleSource::open() {
  decoder_.reset();
  const Source& source = excerpt_ ? excerpt_->source : source_;
  demuxer_ = std::make_unique<Demuxer>(source, DemuxerOptions::from(options_), context_);
  const std::array chosen{stream_index()};
  demuxer_->select(chosen);
  decoder_ = std::make_unique<Decoder>(demuxer_->stream(stream_index()), /*threads=*/1, demuxer_->name(), options_);
  drained_ = false;
  entered_late_ = excerpt_.has_value();
  skip_before_.reset();
  position_ = 0;
}

/// Decoders of overlapping transforms need some packets before they give the right sound, so the entry lies half a
/// second early; a landing behind the window is tried again from farther back, at last from the beginning.
void SampleSource::go_to_window() {
  // The MP3 demuxer computes its landing from the bit rate, and may be a frame off; reading packets is exact and quick.
  const bool exact_seek = std::strcmp(demuxer_->format().iformat->name, "mp3") != 0;
  for (Seconds margin(1, 2); margin < plan_.start_s; margin = margin * 4) {
    if (exact_seek) {
      try {
        enter_at(plan_.start_s - margin);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::media) throw;
        break;  // this source can't be entered in the middle
      }
    }
    entered_late_ = true;
    skip_before_ = plan_.start_s - margin;
    if (land()) return;
    if (margin * 4 >= plan_.start_s) excerpt_.reset();  // what it begins with can't be decoded
    open();
  }
}

void SampleSource::enter_at(Seconds time) {
  const Seconds tick = ff::from_av(demuxer_->stream(stream_index()).time_base);
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  demuxer_->seek(stream_index(), ((time + audio_.start_s) / tick).floor() - shift);
  decoder_->flush();
  drained_ = false;
}

/// Decodes the first frame after a jump; true when it lies before the window.
bool SampleSource::land() {
  holding_ = read_frame();
  if (holding_ && frame_->pts != AV_NOPTS_VALUE && position_of(*frame_) <= first_wanted_) return true;
  holding_ = false;
  return false;
}

/// Relative to the first sample.
Seconds SampleSource::time_of(std::int64_t ticks) const {
  const Seconds tick = ff::from_av(demuxer_->stream(stream_index()).time_base);
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  return Rational(ticks + shift) * tick - audio_.start_s;
}

std::int64_t SampleSource::position_of(const AVFrame& frame) const {
  return (time_of(frame.pts) * audio_.sample_rate).round();
}

/// False at the end.
bool SampleSource::read_frame() {
  for (;;) {
    context_.throw_if_stopped();
    const auto received = decoder_->receive(*frame_);
    if (received == Decoder::Receive::frame) return true;
    if (received == Decoder::Receive::end || drained_) return false;
    if (!demuxer_->read(*packet_)) {
      (void)decoder_->send(nullptr);
      drained_ = true;
      continue;
    }
    const bool far_before = skip_before_ && packet_->pts != AV_NOPTS_VALUE && time_of(packet_->pts) < *skip_before_;
    // All frames were received before, so the packet is always taken.
    if (!far_before) (void)decoder_->send(packet_.get());
  }
}

ff::Frame SampleSource::next(int count) {
  while (made_ - given_ < std::min<std::int64_t>(count, plan_.samples - given_) && !ended_) {
    if (!holding_ && !read_frame()) {
      end_of_source();
      break;
    }
    holding_ = false;
    take(*frame_);
  }
  const int samples = static_cast<int>(std::min<std::int64_t>(count, plan_.samples - given_));
  if (samples <= 0) return nullptr;
  ff::Frame frame = make_output(plan_.channels, plan_.sample_rate, samples);
  const int got = av_audio_fifo_read(ready_.get(), reinterpret_cast<void**>(frame->extended_data), samples);
  if (got != samples) throw Error(ErrorCode::internal, demuxer_->name(), "the sample queue ran dry");
  fade(*frame);
  given_ += samples;
  return frame;
}

/// The frame begins `given_` samples into the clip. Straight ramps: over a hundredth of a second no ear tells a curve.
void SampleSource::fade(AVFrame& frame) const {
  const std::int64_t sound = silence_before_;
  if (given_ >= sound + fade_in_ && given_ + frame.nb_samples <= plan_.samples - fade_out_) return;
  for (int channel = 0; channel < plan_.channels; ++channel) {
    auto* samples = reinterpret_cast<float*>(frame.extended_data[channel]);
    for (int i = 0; i < frame.nb_samples; ++i) {
      const std::int64_t since = given_ + i - sound, left = plan_.samples - given_ - i - 1;
      double share = 1;
      if (since >= 0 && since < fade_in_) share = static_cast<double>(since) / static_cast<double>(fade_in_);
      if (left < fade_out_) share = std::min(share, static_cast<double>(left) / static_cast<double>(fade_out_));
      samples[i] = static_cast<float>(double{samples[i]} * share);
    }
  }
}

void SampleSource::take(const AVFrame& frame) {
  // After a jump only timestamps tell where we are; inside the window counting is exact.
  if (entered_late_ && !damaged_before_ && frame.pts != AV_NOPTS_VALUE) position_ = position_of(frame);
  const std::int64_t begin = position_;
  position_ += frame.nb_samples;
  if (position_ <= first_wanted_) return;
  if (is_damaged()) {
    if (!plan_.salvaged) refuse_damage();
    end_of_source();
    return;
  }
  prepare_resampler(frame);
  const int skipped = static_cast<int>(std::clamp<std::int64_t>(first_wanted_ - begin, 0, frame.nb_samples));
  std::vector<const std::uint8_t*> planes = planes_from(frame, skipped);
  resample(planes.data(), frame.nb_samples - skipped);
}

/// Damage within the window, or so little behind it that the resampler still asks for it.
bool SampleSource::is_damaged() {
  if (damage_ == Damage::passed_over) return false;
  if (!damaged_before_) damaged_before_ = decoder_->damaged();
  return decoder_->damaged() != *damaged_before_;
}

void SampleSource::refuse_damage() const {
  const Seconds at(position_, audio_.sample_rate);
  throw DamageFound(demuxer_->name(), fmt::format("the sound is damaged near {} s", at.to_decimal(2)),
                    {.hint = "export or copy the file again, choose a window without the damage, or use --salvage"});
}

void SampleSource::prepare_resampler(const AVFrame& frame) {
  if (resampler_ && same_format(*format_, frame)) return;
  if (resampler_) resample(nullptr, 0);  // what the old one still holds comes first
  av_channel_layout_uninit(&format_->ch_layout);
  format_->format = frame.format;
  format_->sample_rate = frame.sample_rate;
  ff::check(av_channel_layout_copy(&format_->ch_layout, &frame.ch_layout), "setting up the resampler",
            demuxer_->name());

  resampler_.emplace(
      frame,
      ResamplerOptions{
          .channels = plan_.channels, .sample_rate = plan_.sample_rate, .only_channel = plan_.treatment.only_channel},
      demuxer_->name());
}

/// nullptr: the resampler gives out its rest.
void SampleSource::resample(const std::uint8_t** data, int samples) {
  const int room = resampler_->room(samples);
  if (room == 0) return;
  ff::Frame output = make_output(plan_.channels, plan_.sample_rate, room);
  treat(*output, resampler_->convert(output->extended_data, room, data, samples));
}

void SampleSource::treat(AVFrame& frame, int samples) {
  if (!limiter_) {
    store(reinterpret_cast<void**>(frame.extended_data), samples);
    return;
  }
  std::array<const float*, 2> planes{};
  for (int i = 0; i < plan_.channels; ++i)
    planes.at(static_cast<std::size_t>(i)) = reinterpret_cast<const float*>(frame.extended_data[i]);
  limiter_->push(std::span(planes.data(), limited_.size()), static_cast<std::size_t>(samples), limited_);
  store_limited();
}

void SampleSource::store_limited() {
  std::array<void*, 2> planes{};
  for (std::size_t i = 0; i < limited_.size(); ++i) planes.at(i) = limited_[i].data();
  store(planes.data(), static_cast<int>(limited_[0].size()));
  for (std::vector<float>& samples : limited_) samples.clear();
}

void SampleSource::store(void** planes, int samples) {
  if (samples == 0) return;
  if (av_audio_fifo_write(ready_.get(), planes, samples) < samples) throw std::bad_alloc{};
  made_ += samples;
}

void SampleSource::store_silence(std::int64_t samples) {
  constexpr std::int64_t block = 1 << 16;
  for (std::int64_t left = samples; left > 0; left -= block) {
    const int count = static_cast<int>(std::min(left, block));
    const ff::Frame silence = make_output(plan_.channels, plan_.sample_rate, count);
    av_samples_set_silence(silence->extended_data, 0, count, plan_.channels, output_format);
    store(reinterpret_cast<void**>(silence->extended_data), count);
  }
}

/// The source is over, or so it says: what the resampler and the limiter still hold comes out.
void SampleSource::end_of_source() {
  ended_ = true;
  if (resampler_) resample(nullptr, 0);
  if (limiter_) {
    limiter_->finish(limited_);
    store_limited();
  }
  settle_count();
}

/// At most one block of silence to reach the count.
void SampleSource::settle_count() {
  const std::int64_t short_by = std::max<std::int64_t>(plan_.samples - made_, 0);
  if (damage_ == Damage::passed_over) {
    plan_.samples = std::min(plan_.samples, made_);
    return;
  }
  if (short_by > most_padding || (short_by > 0 && demuxer_->damage() && !plan_.salvaged)) {
    throw DamageFound(demuxer_->name(),
                      fmt::format("{} of {} samples can be made; the sound ends at {} s", made_, plan_.samples,
                                  Seconds(position_, audio_.sample_rate).to_decimal(3)),
                      {.detail = demuxer_->damage().value_or(""),
                       .hint = "the file is truncated or damaged; export it again, or choose a shorter window"});
  }
  store_silence(short_by);
  padded_ = short_by;
}

}  // namespace react1::media
