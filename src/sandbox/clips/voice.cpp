// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/voice.hpp"

#include <algorithm>
#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include <react1/error.hpp>

#include "media/ff/check.hpp"
#include "sandbox/clips/timeline.hpp"

namespace react1::sandbox {

namespace ff = media::ff;

namespace {

constexpr AVSampleFormat sample_format = AV_SAMPLE_FMT_FLTP;

ff::Frame blank_samples(int count, int channels) {
  auto frame = ff::make_frame();
  frame->format = sample_format;
  frame->sample_rate = output_sample_rate;
  frame->nb_samples = count;
  av_channel_layout_default(&frame->ch_layout, channels);
  if (av_frame_get_buffer(frame.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  return frame;
}

}  // namespace

Voice::Voice(const Source& source, std::int64_t samples, const RunContext& context)
    : name_(source.name()),
      clip_(source, Kind::audio, context),
      channels_(clip_.stream().codecpar->ch_layout.nb_channels == 1 ? 1 : 2),
      left_(samples),
      decoded_(ff::make_frame()),
      fifo_(av_audio_fifo_alloc(sample_format, channels_, 4096)) {
  if (!fifo_) throw std::bad_alloc{};
}

void Voice::set_up_resampler(const AVFrame& frame) {
  AVChannelLayout to{};
  av_channel_layout_default(&to, channels_);
  AVChannelLayout from{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&from, frame.ch_layout.nb_channels);
  } else {
    ff::check(av_channel_layout_copy(&from, &frame.ch_layout), "reading the channel layout", name_);
  }
  SwrContext* context = nullptr;
  const int rc =
      swr_alloc_set_opts2(&context, &to, sample_format, output_sample_rate, &from,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, /*log_offset=*/0, nullptr);
  resampler_.reset(context);
  av_channel_layout_uninit(&from);
  ff::check(rc, "setting up the resampler", name_);
  ff::check(swr_init(context), "setting up the resampler", name_);
  in_rate_ = frame.sample_rate;
  in_format_ = frame.format;
  in_channels_ = frame.ch_layout.nb_channels;
}

void Voice::resample(const AVFrame* frame) {
  if (!resampler_) return;
  const int room = swr_get_out_samples(resampler_.get(), frame != nullptr ? frame->nb_samples : 0);
  if (room <= 0) return;
  const auto out = blank_samples(room, channels_);
  // swr_convert() of libswresample 4 takes a non-const array of const planes; later ones take it const.
  const auto** in = frame != nullptr ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;  // NOLINT
  const int made =
      swr_convert(resampler_.get(), out->extended_data, room, in, frame != nullptr ? frame->nb_samples : 0);
  ff::check(made, "resampling", name_);
  ff::check(av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(out->extended_data), made),  // NOLINT
            "buffering sound", name_);
}

void Voice::fill(int count) {
  while (!ended_ && av_audio_fifo_size(fifo_.get()) < count) {
    if (!clip_.read(*decoded_)) {
      resample(nullptr);  // what the resampler still buffers
      ended_ = true;
      return;
    }
    const bool changed = decoded_->sample_rate != in_rate_ || decoded_->format != in_format_ ||
                         decoded_->ch_layout.nb_channels != in_channels_;
    if (changed) {
      resample(nullptr);
      set_up_resampler(*decoded_);
    }
    resample(decoded_.get());
  }
}

ff::Frame Voice::next(int count) {
  const int wanted = static_cast<int>(std::min<std::int64_t>(count, left_));
  fill(wanted);
  auto frame = blank_samples(count, channels_);
  int got = 0;
  if (wanted > 0) {
    got = av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), wanted);  // NOLINT
    ff::check(got, "buffering sound", name_);
  }
  left_ -= wanted;
  av_samples_set_silence(frame->extended_data, got, count - got, channels_, sample_format);
  return frame;
}

}  // namespace react1::sandbox
