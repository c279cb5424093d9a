// SPDX-License-Identifier: Apache-2.0
#include "sandbox/render/result_clip.hpp"

#include <cerrno>
#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include <react1/error.hpp>
#include <react1/sandbox.hpp>

#include "media/ff/check.hpp"
#include "sandbox/clips/clip_reader.hpp"
#include "sandbox/clips/timeline.hpp"

namespace react1::sandbox {
namespace {

namespace ff = media::ff;

ff::CodecContext new_encoder(const char* name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (codec == nullptr) {
    throw Error{ErrorCode::media,
                name,
                "this FFmpeg has no such encoder",
                {.hint = "Install an FFmpeg with libx264 and aac; Debian's has both."}};
  }
  ff::CodecContext encoder{avcodec_alloc_context3(codec)};
  if (!encoder) throw std::bad_alloc{};
  return encoder;
}

}  // namespace

Output::Output(const std::string& path, const OutputFormat& format) : path_(path), packet_(ff::make_packet()) {
  const std::string address = "file:" + path;  // a name with a colon is not a protocol
  AVFormatContext* raw = nullptr;
  ff::check(avformat_alloc_output_context2(&raw, nullptr, "mp4", address.c_str()), "making the output", path_);
  file_.reset(raw);
  open_picture_encoder(format);
  open_sound_encoder(format);
  const std::string comment = std::string(kSandboxMark) + ": timing only, no lip-sync";
  av_dict_set(&file_->metadata, "comment", comment.c_str(), /*flags=*/0);
  ff::check(avio_open(&file_->pb, address.c_str(), AVIO_FLAG_WRITE), "opening the output", path_);
  ff::Dictionary options;
  options.set("movflags", "+faststart");
  ff::check(avformat_write_header(file_.get(), options.address()), "writing the output's head", path_);
}

void Output::add_track(Track& track) {
  if ((file_->oformat->flags & AVFMT_GLOBALHEADER) != 0) track.encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  ff::check(avcodec_open2(track.encoder.get(), nullptr, nullptr), "opening an encoder", path_);
  track.stream = avformat_new_stream(file_.get(), nullptr);
  if (track.stream == nullptr) throw std::bad_alloc{};
  ff::check(avcodec_parameters_from_context(track.stream->codecpar, track.encoder.get()), "setting up a track", path_);
  track.stream->time_base = track.encoder->time_base;
}

void Output::open_picture_encoder(const OutputFormat& format) {
  picture_.encoder = new_encoder("libx264");
  auto& encoder = *picture_.encoder;
  encoder.width = format.width;
  encoder.height = format.height;
  encoder.pix_fmt = AV_PIX_FMT_YUV420P;
  encoder.framerate = ff::to_av(format.fps);
  encoder.time_base = av_inv_q(encoder.framerate);
  encoder.sample_aspect_ratio = ff::to_av(format.sar);
  encoder.thread_count = codec_threads();
  encoder.color_range = AVCOL_RANGE_MPEG;
  encoder.colorspace = AVCOL_SPC_BT709;
  encoder.color_primaries = AVCOL_PRI_BT709;
  encoder.color_trc = AVCOL_TRC_BT709;
  ff::check(av_opt_set(encoder.priv_data, "preset", "veryfast", /*search_flags=*/0), "choosing a preset", path_);
  ff::check(av_opt_set_double(encoder.priv_data, "crf", 20, /*search_flags=*/0), "choosing a quality", path_);
  add_track(picture_);
  picture_.stream->avg_frame_rate = encoder.framerate;
  picture_.stream->sample_aspect_ratio = encoder.sample_aspect_ratio;
}

void Output::open_sound_encoder(const OutputFormat& format) {
  sound_.encoder = new_encoder("aac");
  auto& encoder = *sound_.encoder;
  encoder.sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder.sample_rate = output_sample_rate;
  encoder.bit_rate = 128'000;
  encoder.time_base = AVRational{1, output_sample_rate};
  av_channel_layout_default(&encoder.ch_layout, format.channels);
  add_track(sound_);
}

void Output::encode(Track& track, const AVFrame* frame) {
  auto* encoder = track.encoder.get();
  ff::check(avcodec_send_frame(encoder, frame), "encoding", path_);
  for (;;) {
    const int rc = avcodec_receive_packet(encoder, packet_.get());
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
    ff::check(rc, "encoding", path_);
    // Without a duration the last picture would be as long as the muxer guesses.
    if (packet_->duration == 0 && &track == &picture_) packet_->duration = 1;
    packet_->stream_index = track.stream->index;
    av_packet_rescale_ts(packet_.get(), encoder->time_base, track.stream->time_base);
    ff::check(av_interleaved_write_frame(file_.get(), packet_.get()), "writing the output", path_);
  }
}

void Output::add_picture(AVFrame& picture) {
  picture.pts = pictures_++;
  encode(picture_, &picture);
}

void Output::add_sound(AVFrame& sound) {
  sound.pts = samples_;
  samples_ += sound.nb_samples;
  encode(sound_, &sound);
}

void Output::finish() {
  encode(picture_, nullptr);
  encode(sound_, nullptr);
  ff::check(av_write_trailer(file_.get()), "writing the output's index", path_);
  ff::check(avio_closep(&file_->pb), "closing the output", path_);
}

}  // namespace react1::sandbox
