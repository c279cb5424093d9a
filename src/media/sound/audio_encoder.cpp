// SPDX-License-Identifier: Apache-2.0
#include "media/sound/audio_encoder.hpp"

#include <new>
#include <utility>

extern "C" {
#include <libavutil/channel_layout.h>
}

#include "media/ff/check.hpp"

namespace react1::media {

AudioEncoder::AudioEncoder(const AudioPlan& plan, std::string where) : where_(std::move(where)) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libmp3lame");
  if (codec == nullptr) {
    throw Error{ErrorCode::media, where_, "FFmpeg has no MP3 encoder",
                Error::Extra{.hint = "install an FFmpeg with libmp3lame"}};
  }
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  context_->sample_fmt = sample_format;
  context_->sample_rate = plan.sample_rate;
  context_->time_base = AVRational{1, plan.sample_rate};
  av_channel_layout_default(&context_->ch_layout, plan.channels);
  context_->bit_rate = std::int64_t{plan.bitrate_kbps} * 1000;
  // LAME's own recommended quality: the best psychoacoustics at half the time of the last step.
  context_->compression_level = 2;
  ff::check(avcodec_open2(context_.get(), codec, nullptr), "opening the MP3 encoder", where_);
  packet_ = ff::make_packet();
}

ff::CodecParameters AudioEncoder::parameters() const {
  ff::CodecParameters parameters{avcodec_parameters_alloc()};
  if (!parameters) throw std::bad_alloc{};
  ff::check(avcodec_parameters_from_context(parameters.get(), context_.get()), "describing the audio", where_);
  return parameters;
}

void AudioEncoder::encode(AVFrame& frame, const Sink& sink) {
  frame.pts = samples_;
  samples_ += frame.nb_samples;
  ff::check(avcodec_send_frame(context_.get(), &frame), "encoding the audio", where_);
  drain(sink);
}

void AudioEncoder::finish(const Sink& sink) {
  ff::check(avcodec_send_frame(context_.get(), nullptr), "encoding the audio", where_);
  drain(sink);
}

void AudioEncoder::drain(const Sink& sink) {
  for (;;) {
    const int rc = avcodec_receive_packet(context_.get(), packet_.get());
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
    ff::check(rc, "encoding the audio", where_);
    sink(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace react1::media
