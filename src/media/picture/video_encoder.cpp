// SPDX-License-Identifier: Apache-2.0
#include "media/picture/video_encoder.hpp"

#include <algorithm>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/opt.h>
}

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

void set(AVCodecContext& context, const char* option, const std::string& value, const std::string& where) {
  if (const int rc = av_opt_set(&context, option, value.c_str(), AV_OPT_SEARCH_CHILDREN); rc < 0) {
    throw Error{ErrorCode::usage, where, std::string{"the encoder refuses "} + option + " = " + value,
                Error::Extra{.detail = ff::error_text(rc)}};
  }
}

/// x264's AVX-512 code for the macroblock tree processes eight macroblocks at a time and reads past the last row when
/// the width has a remainder: the same pictures then give other bytes, depending on uninitialised memory. Empty where
/// that does not happen.
std::string without_reading_too_far(int width) {
#if defined(__x86_64__) || defined(__i386__)
  constexpr int macroblock = 16, at_a_time = 8;
  const int macroblocks = (width + macroblock - 1) / macroblock;
  const bool has_avx512 = (av_get_cpu_flags() & AV_CPU_FLAG_AVX512) != 0;
  // Every processor with AVX-512 has these as well.
  if (has_avx512 && macroblocks % at_a_time != 0) return ":asm=FMA3,BMI2,AVX2";
#else
  (void)width;
#endif
  return {};
}

void set_quality(AVCodecContext& context, const VideoPlan& plan, const std::string& where) {
  set(context, "preset", plan.preset, where);
  set(context, "profile", "high", where);
  // Below 1 x264 turns lossless, which the High profile doesn't have.
  set(context, "crf", std::to_string(std::max(plan.crf, 1)), where);
  // The profile's features are set also for presets that switch them off. A talking person moves little: the
  // smallest motion search finds as much as a wider one (docs/quality.md) and saves 3 % of the time.
  set(context, "x264-params",
      "open-gop=0:scenecut=40:8x8dct=1:cabac=1:bframes=0:me=dia" + without_reading_too_far(plan.width), where);
  set(context, "a53cc", "0", where);
}

void set_picture(AVCodecContext& context, const VideoPlan& plan) {
  context.width = plan.width;
  context.height = plan.height;
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.sample_aspect_ratio = AVRational{1, 1};
  context.color_range = AVCOL_RANGE_MPEG;
  context.colorspace = AVCOL_SPC_BT709;
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = AVCOL_TRC_BT709;
  context.chroma_sample_location = AVCHROMA_LOC_LEFT;
}

ff::BitstreamFilter make_sei_filter(const AVCodecContext& context, AVRational time_base, const std::string& where) {
  AVBSFContext* raw = nullptr;
  ff::check(av_bsf_list_parse_str("filter_units=remove_types=6", &raw), "setting up the encoder", where);
  ff::BitstreamFilter filter{raw};
  ff::check(avcodec_parameters_from_context(filter->par_in, &context), "setting up the encoder", where);
  filter->time_base_in = time_base;
  ff::check(av_bsf_init(filter.get()), "setting up the encoder", where);
  return filter;
}

}  // namespace

VideoEncoder::VideoEncoder(const VideoPlan& plan, std::string where) : where_(std::move(where)) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    throw Error{ErrorCode::media, where_, "FFmpeg has no H.264 encoder",
                Error::Extra{.hint = "install an FFmpeg with libx264"}};
  }
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  time_base_ = AVRational{1, ff::to_av(plan.fps).num};
  ticks_per_frame_ = plan.fps.den();
  set_picture(*context_, plan);
  context_->framerate = ff::to_av(plan.fps);
  context_->time_base = av_inv_q(context_->framerate);
  context_->gop_size = static_cast<int>((plan.fps * 2).round());
  context_->max_b_frames = 0;
  // The last flag is the sign bit of FFmpeg's int.
  context_->flags =
      static_cast<int>(static_cast<unsigned>(context_->flags) | AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP);
  set_quality(*context_, plan, where_);
  ff::check(avcodec_open2(context_.get(), codec, nullptr), "opening the H.264 encoder", where_);
  without_sei_ = make_sei_filter(*context_, time_base_, where_);
  packet_ = ff::make_packet();
}

ff::CodecParameters VideoEncoder::parameters() const {
  ff::CodecParameters parameters{avcodec_parameters_alloc()};
  if (!parameters) throw std::bad_alloc{};
  ff::check(avcodec_parameters_from_context(parameters.get(), context_.get()), "describing the video", where_);
  return parameters;
}

void VideoEncoder::encode(AVFrame& frame, std::int64_t tick, const Sink& sink) {
  frame.pts = tick;
  frame.pict_type = AV_PICTURE_TYPE_NONE;  // the source's own choice of key frames must not force ours
  ff::check(avcodec_send_frame(context_.get(), &frame), "encoding the video", where_);
  drain(sink);
}

void VideoEncoder::finish(const Sink& sink) {
  ff::check(avcodec_send_frame(context_.get(), nullptr), "encoding the video", where_);
  drain(sink);
}

void VideoEncoder::drain(const Sink& sink) {
  for (;;) {
    const int rc = avcodec_receive_packet(context_.get(), packet_.get());
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
    ff::check(rc, "encoding the video", where_);
    packet_->pts *= ticks_per_frame_;
    packet_->dts *= ticks_per_frame_;
    packet_->duration = ticks_per_frame_;
    strip(sink);
  }
}

/// x264 signs the first packet with its version and all settings, this machine's thread count among them.
void VideoEncoder::strip(const Sink& sink) {
  ff::check(av_bsf_send_packet(without_sei_.get(), packet_.get()), "encoding the video", where_);
  for (;;) {
    const int rc = av_bsf_receive_packet(without_sei_.get(), packet_.get());
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
    ff::check(rc, "encoding the video", where_);
    sink(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace react1::media
