#include "media/decoder.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

/// What damaged input can cause, as opposed to a decoder that can't go on.
bool is_damage(int rc) {
  return rc != AVERROR(ENOMEM) && rc != AVERROR(ENOSYS) && rc != AVERROR_BUG && rc != AVERROR_PATCHWELCOME &&
         rc != AVERROR_EXIT;
}

/// WebM keeps alpha as a second picture beside the first, which only libvpx puts together.
const AVCodec* decoder_for(const AVStream& stream) {
  const AVCodecID id = stream.codecpar->codec_id;
  const AVDictionaryEntry* alpha = av_dict_get(stream.metadata, "alpha_mode", nullptr, /*flags=*/0);
  if (alpha != nullptr && std::strcmp(alpha->value, "1") == 0) {
    const char* name = id == AV_CODEC_ID_VP9 ? "libvpx-vp9" : id == AV_CODEC_ID_VP8 ? "libvpx" : nullptr;
    const AVCodec* codec = name == nullptr ? nullptr : avcodec_find_decoder_by_name(name);
    if (codec != nullptr) return codec;
  }
  return avcodec_find_decoder(id);
}

}  // namespace

Decoder::Decoder(const AVStream& stream, int threads, std::string where) : where_(std::move(where)) {
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
  // Until 7.1 H.264's frame threads hand out a B-frame before they have marked what had to be concealed in it, and its
  // slice threads look for no damage at all. An encoder beside it keeps the cores busy.
  const bool marks_late = codec->id == AV_CODEC_ID_H264 && stream.codecpar->video_delay > 0 &&
                          LIBAVCODEC_VERSION_INT < AV_VERSION_INT(61, 19, 100);
  if (marks_late) context_->thread_count = 1;
  ff::check(avcodec_open2(context_.get(), codec, nullptr), "opening the decoder", where_);
}

Decoder::Send Decoder::send(const AVPacket* packet) {
  const int rc = avcodec_send_packet(context_.get(), packet);
  if (rc == AVERROR(EAGAIN)) return Send::full;
  if (rc >= 0 || rc == AVERROR_EOF) return Send::accepted;
  if (!is_damage(rc)) throw ff::make_error(rc, "decoding", where_);
  ++errors_;
  return Send::accepted;
}

Decoder::Receive Decoder::receive(AVFrame& frame) {
  for (;;) {
    const int rc = avcodec_receive_frame(context_.get(), &frame);
    if (rc >= 0) {
      ++frames_;
      if ((frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0) ++corrupt_;
      return Receive::frame;
    }
    if (rc == AVERROR(EAGAIN)) return Receive::needs_more;
    if (rc == AVERROR_EOF) return Receive::end;
    if (!is_damage(rc)) throw ff::make_error(rc, "decoding", where_);
    ++errors_;  // frame threads report a damaged packet here, later than it was sent
  }
}

void Decoder::flush() noexcept {
  avcodec_flush_buffers(context_.get());
}

}  // namespace react1::media
