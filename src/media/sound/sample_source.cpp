// SPDX-License-Identifier: Apache-2.0
#include "media/sound/sample_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include "media/ff/check.hpp"
#include "media/stream/damage.hpp"

namespace react1::media {
namespace {

constexpr std::int64_t most_padding = 1152;  ///< one MP3 frame

const AudioInfo& require_audio(const MediaInfo& info) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without audio");
  return *info.audio;
}

bool same_format(const AVFrame& a, const AVFrame& b) {
  return a.format == b.format && a.sample_rate == b.sample_rate &&
         av_channel_layout_compare(&a.ch_layout, &b.ch_layout) == 0;
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

/// `samples` of the stream's rate, in samples of the frame's own.
int own_samples(const AVFrame& frame, int source_rate, std::int64_t samples) {
  if (frame.sample_rate == source_rate || frame.sample_rate <= 0) return static_cast<int>(samples);
  const std::int64_t own = (Rational(samples) * Rational(frame.sample_rate, source_rate)).round();
  return static_cast<int>(std::clamp<std::int64_t>(own, 0, frame.nb_samples));
}

}  // namespace

SampleSource::SampleSource(const ClipInput& input, const AudioPlan& plan, const RunContext& context, Damage damage)
    : plan_(plan),
      source_rate_(require_audio(input.info).sample_rate),
      damage_(damage),
      reader_(input.source, *input.info.audio,
              {.stream_index = plan.stream_index, .start_s = plan.start_s, .end_s = plan.end_s}, input.limits, context),
      format_(ff::make_frame()),
      silence_before_((plan.treatment.silence_before_s * plan.sample_rate).round()),
      treated_(plan) {
  treated_.add_silence(std::min(silence_before_, plan.samples));
}

ff::Frame SampleSource::next(int count) {
  const auto is_short = [&] {
    return treated_.made() - treated_.given() < std::min<std::int64_t>(count, plan_.samples - treated_.given());
  };
  while (!ended_ && is_short()) {
    const AVFrame* frame = reader_.next();
    frame != nullptr ? take(*frame) : end_of_source();
  }
  return treated_.take(static_cast<int>(std::min<std::int64_t>(count, plan_.samples - treated_.given())),
                       plan_.samples);
}

void SampleSource::take(const AVFrame& frame) {
  const SoundTimeline& timeline = reader_.timeline();
  const std::int64_t behind = reader_.position();
  if (timeline.end_time_of(behind) <= plan_.start_s) return;
  if (is_damaged()) {
    if (!plan_.salvaged) refuse_damage();
    end_of_source();
    return;
  }
  for (std::int64_t at = reader_.first_sample(); at < behind;) {
    const std::size_t piece = timeline.piece_of(at);
    const std::int64_t end = std::min(behind, timeline.end_of(piece).value_or(behind));
    take_part(frame, piece, at, end);
    at = end;
  }
}

/// Samples [begin, end) of the source, all of one piece of its timeline.
void SampleSource::take_part(const AVFrame& frame, std::size_t piece, std::int64_t begin, std::int64_t end) {
  if (piece_ != piece) begin_piece(piece);
  if (!aligned_) begin = align(piece, begin, end);
  if (begin >= end) return;
  prepare_resampler(frame);
  const std::int64_t frame_begin = reader_.first_sample();
  const int skipped = own_samples(frame, source_rate_, begin - frame_begin);
  const int until = end == reader_.position() ? frame.nb_samples : own_samples(frame, source_rate_, end - frame_begin);
  std::vector<const std::uint8_t*> planes = planes_from(frame, skipped);
  resample(planes.data(), until - skipped);
}

/// The resampler's rest of the previous piece comes first; after a gap or with another stretch it starts again.
void SampleSource::begin_piece(std::size_t piece) {
  if (resampler_) resample(nullptr, 0);
  resampler_.reset();
  piece_ = piece;
  aligned_ = false;
}

/// Leaves out samples before the window or overlapping the previous piece, and fills a gap
/// with silence. Returns the first sample that is used; `end` when all are left out.
std::int64_t SampleSource::align(std::size_t number, std::int64_t begin, std::int64_t end) {
  const SoundTimeline& timeline = reader_.timeline();
  const SoundPiece& piece = timeline.piece(number);
  const auto sample_at = [&](const Seconds& time) {
    return piece.first_sample + ((time - piece.start_s) / piece.stretch * Rational(source_rate_)).round();
  };
  const Seconds filled_until =
      plan_.start_s + Rational(std::max<std::int64_t>(treated_.placed() - silence_before_, 0), plan_.sample_rate);
  const std::int64_t first = std::max(begin, sample_at(filled_until));
  if (first >= end) return end;
  const std::int64_t place =
      silence_before_ + ((timeline.time_of(first) - plan_.start_s) * Rational(plan_.sample_rate)).round();
  const bool behind_a_gap = first == piece.first_sample && number > 0;
  if (behind_a_gap) treated_.add_silence(std::min(place, plan_.samples) - treated_.placed());
  aligned_ = true;
  return first;
}

/// Damage within the window, or shortly after it where the resampler still reads.
bool SampleSource::is_damaged() {
  if (damage_ == Damage::passed_over) return false;
  const std::int64_t damaged = reader_.decoder().damaged();
  if (!damaged_before_) damaged_before_ = damaged;
  return damaged != *damaged_before_;
}

void SampleSource::refuse_damage() const {
  const Seconds at = reader_.timeline().end_time_of(reader_.position());
  throw DamageFound(reader_.demuxer().name(), fmt::format("the sound is damaged near {} s", at.to_decimal(2)),
                    {.hint = "export or copy the file again, choose a window without the damage, or use --salvage"});
}

void SampleSource::prepare_resampler(const AVFrame& frame) {
  if (resampler_ && same_format(*format_, frame)) return;
  if (resampler_) resample(nullptr, 0);  // what the old one still holds comes first
  av_channel_layout_uninit(&format_->ch_layout);
  format_->format = frame.format;
  format_->sample_rate = frame.sample_rate;
  const std::string& name = reader_.demuxer().name();
  ff::check(av_channel_layout_copy(&format_->ch_layout, &frame.ch_layout), "setting up the resampler", name);
  resampler_.emplace(frame,
                     ResamplerOptions{.channels = plan_.channels,
                                      .sample_rate = plan_.sample_rate,
                                      .only_channel = plan_.treatment.only_channel,
                                      .stretch = reader_.timeline().piece(piece_.value_or(0)).stretch,
                                      .with_effects = plan_.treatment.with_effects},
                     name);
}

/// nullptr: the resampler delivers its rest.
void SampleSource::resample(const std::uint8_t** data, int samples) {
  const int room = resampler_->room(samples);
  if (room == 0) return;
  const ff::Frame output = make_samples(plan_.channels, plan_.sample_rate, room);
  treated_.add(*output, resampler_->convert(output->extended_data, room, data, samples));
}

/// The source has ended: delivers the rest of the resampler and the limiter.
void SampleSource::end_of_source() {
  ended_ = true;
  if (resampler_) resample(nullptr, 0);
  treated_.finish();
  pad_to_count();
}

/// At most one block of silence to reach the count.
void SampleSource::pad_to_count() {
  const std::int64_t made = treated_.made();
  const std::int64_t short_by = std::max<std::int64_t>(plan_.samples - made, 0);
  if (damage_ == Damage::passed_over) {
    plan_.samples = std::min(plan_.samples, made);
    return;
  }
  const auto& damage = reader_.demuxer().damage();
  if (short_by > most_padding || (short_by > 0 && damage && !plan_.salvaged)) {
    const Seconds end = reader_.timeline().end_time_of(reader_.position());
    throw Error(
        ErrorCode::media, reader_.demuxer().name(),
        fmt::format("{} of {} samples can be made; the sound ends at {} s", made, plan_.samples, end.to_decimal(3)),
        {.detail = damage.value_or(""),
         .hint = "the file is truncated or damaged; export it again, or choose a shorter window"});
  }
  treated_.add_silence(short_by);
  padded_ = short_by;
}

}  // namespace react1::media
