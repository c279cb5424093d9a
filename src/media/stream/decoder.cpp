// SPDX-License-Identifier: Apache-2.0
#include "media/stream/decoder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/saturate.hpp"
#include "media/ff/check.hpp"
#include "media/ff/memory_limit.hpp"
#include "media/stream/limits.hpp"

namespace react1::media {
namespace {

/// Errors of damaged input, as opposed to a decoder that can't continue.
bool is_damage(int rc) {
  return rc != AVERROR(ENOMEM) && rc != AVERROR(ENOSYS) && rc != AVERROR_BUG && rc != AVERROR_PATCHWELCOME &&
         rc != AVERROR_EXIT;
}

/// The decoder to use where FFmpeg's default is wrong for this stream; null when it is right.
const char* better_decoder(const AVStream& stream) {
  const AVCodecID id = stream.codecpar->codec_id;
  // FFmpeg 7.1.5's own decoder gives 640 samples for the 320 of a wideband packet, half of them silence (measured).
  if (id == AV_CODEC_ID_SPEEX) return "libspeex";
  // WebM keeps alpha as a second picture next to the first; only libvpx combines them.
  const AVDictionaryEntry* alpha = av_dict_get(stream.metadata, "alpha_mode", nullptr, /*flags=*/0);
  if (alpha == nullptr || std::strcmp(alpha->value, "1") != 0) return nullptr;
  return id == AV_CODEC_ID_VP9 ? "libvpx-vp9" : id == AV_CODEC_ID_VP8 ? "libvpx" : nullptr;
}

const AVCodec* decoder_for(const AVStream& stream) {
  const char* name = better_decoder(stream);
  const AVCodec* named = name == nullptr ? nullptr : avcodec_find_decoder_by_name(name);
  return named != nullptr ? named : avcodec_find_decoder(stream.codecpar->codec_id);
}

}  // namespace

Decoder::Decoder(const AVStream& stream, int threads, std::string where, SourceOptions limits,
                 std::int64_t picture_bytes)
    : where_(std::move(where)), limits_(std::move(limits)), pictures_(std::make_shared<PictureMemory>(picture_bytes)) {
  media::require_within(*stream.codecpar, limits_, where_);
  const AVCodec* codec = decoder_for(stream);
  if (codec == nullptr) {
    throw Error{ErrorCode::media, where_,
                std::string{"there is no decoder for "} + avcodec_get_name(stream.codecpar->codec_id),
                Error::Extra{.hint = "convert the file to a common format, or install a fuller FFmpeg"}};
  }
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  ff::check(avcodec_parameters_to_context(context_.get(), stream.codecpar), "setting up the decoder", where_);
  // Without it the decoder can't place sample skips and keeps priming samples.
  context_->pkt_timebase = stream.time_base;
  context_->thread_count = threads;
  context_->max_pixels = limits_.max_pixels;  // the picture may be larger than the header claims
  // H.264's frame threads may output a picture before its concealed damage is marked (seen with FFmpeg 5.1 and 7.1),
  // and its slice threads detect no damage at all. A parallel encoder keeps the cores busy.
  const bool marks_late = codec->id == AV_CODEC_ID_H264 && stream.codecpar->video_delay > 0;
  if (marks_late) context_->thread_count = 1;
  if (!pictures_->watch(*context_)) refuse_pictures();
  ff::check(avcodec_open2(context_.get(), codec, nullptr), "opening the decoder", where_);
}

template <class Call>
int Decoder::timed(Call call) {
  const auto begin = std::chrono::steady_clock::now();
  const int rc = call();
  worked_ += std::chrono::steady_clock::now() - begin;
  // A decoder may treat the refusal as damage, and continue without the picture.
  if (pictures_->refused()) refuse_pictures();
  if (rc < 0 && worked_ > at_most_forever(limits_.decode_timeout)) {
    throw Error{ErrorCode::media, where_,
                fmt::format("no progress: the decoder worked for {:g} s without a result",
                            std::chrono::duration<double>(limits_.decode_timeout).count()),
                Error::Extra{.hint = "the file is damaged; export it again, or choose another part of it"}};
  }
  return rc;
}

Decoder::Send Decoder::send(const AVPacket* packet) {
  const int rc = timed([&] { return avcodec_send_packet(context_.get(), packet); });
  if (rc == AVERROR(EAGAIN)) return Send::full;
  if (rc >= 0 || rc == AVERROR_EOF) return Send::accepted;
  if (!is_damage(rc)) fail(rc);
  ++errors_;
  return Send::accepted;
}

Decoder::Receive Decoder::receive(AVFrame& frame) {
  for (;;) {
    const int rc = timed([&] { return avcodec_receive_frame(context_.get(), &frame); });
    if (rc >= 0) {
      ++frames_;
      worked_ = {};
      require_within(frame);
      if ((frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0) ++corrupt_;
      return Receive::frame;
    }
    if (rc == AVERROR(EAGAIN)) return Receive::needs_more;
    if (rc == AVERROR_EOF) return Receive::end;
    if (!is_damage(rc)) fail(rc);
    ++errors_;  // frame threads report a damaged packet here, later than it was sent
  }
}

void Decoder::flush() noexcept {
  avcodec_flush_buffers(context_.get());
  worked_ = {};
}

/// The headers were within the limits; the frames may not be.
void Decoder::require_within(const AVFrame& frame) const {
  if (frame.ch_layout.nb_channels <= limits_.max_channels && frame.sample_rate <= limits_.max_sample_rate) return;
  throw Error{ErrorCode::media, where_,
              fmt::format("the sound becomes {} channels of {} Hz, more than is decoded", frame.ch_layout.nb_channels,
                          frame.sample_rate),
              Error::Extra{.hint = "the file is damaged; export it again"}};
}

void Decoder::refuse_pictures() const {
  throw Error{ErrorCode::media, where_,
              fmt::format("its pictures of {}x{} take more memory than is allowed ({} MiB)", context_->width,
                          context_->height, pictures_->limit() >> 20U),
              Error::Extra{.detail = "the stream requires too many reference pictures of that size",
                           .hint = "export it again, smaller or with fewer reference frames"}};
}

void Decoder::fail(int rc) const {
  if (rc != AVERROR(ENOMEM) || ff::is_short_of_memory()) throw ff::make_error(rc, "decoding", where_);
  throw Error{ErrorCode::media, where_, "decoding it takes more memory than is allowed",
              Error::Extra{.detail = ff::error_text(rc), .hint = "the file is damaged; export it again"}};
}

}  // namespace react1::media
