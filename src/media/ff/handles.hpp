// SPDX-License-Identifier: Apache-2.0
// Owning handles for FFmpeg's C objects. One named deleter per freeing convention: by value (`free(p)`), by address
// (`free(&p)`). Reading and writing AVFormatContext are two types because they are freed by different calls.
#pragma once

#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace react1::media::ff {

template <class T, void (*Free)(T*)>
struct FreeByValue {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};

template <class T, void (*Free)(T**)>
struct FreeByAddress {
  void operator()(T* pointer) const noexcept { Free(&pointer); }
};

/// An output context closes its AVIOContext first; it never writes the trailer (that is Muxer::finish()'s decision).
struct FreeOutput {
  void operator()(AVFormatContext* context) const noexcept {
    if (context->pb != nullptr && (context->oformat->flags & AVFMT_NOFILE) == 0) {
      avio_closep(&context->pb);
    }
    avformat_free_context(context);
  }
};

using InputFormat = std::unique_ptr<AVFormatContext, FreeByAddress<AVFormatContext, avformat_close_input>>;
using OutputFormat = std::unique_ptr<AVFormatContext, FreeOutput>;
using CodecContext = std::unique_ptr<AVCodecContext, FreeByAddress<AVCodecContext, avcodec_free_context>>;
using CodecParameters = std::unique_ptr<AVCodecParameters, FreeByAddress<AVCodecParameters, avcodec_parameters_free>>;
using Frame = std::unique_ptr<AVFrame, FreeByAddress<AVFrame, av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, FreeByAddress<AVPacket, av_packet_free>>;
using Resampler = std::unique_ptr<SwrContext, FreeByAddress<SwrContext, swr_free>>;
using Scaler = std::unique_ptr<SwsContext, FreeByValue<SwsContext, sws_freeContext>>;
using AudioFifo = std::unique_ptr<AVAudioFifo, FreeByValue<AVAudioFifo, av_audio_fifo_free>>;
using BitstreamFilter = std::unique_ptr<AVBSFContext, FreeByAddress<AVBSFContext, av_bsf_free>>;

/// AVDictionary changes its own pointer when entries are added, so it is owned by a class, not a unique_ptr.
class Dictionary {
 public:
  Dictionary() = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary() { av_dict_free(&entries_); }
  void set(const char* key, const char* value) { av_dict_set(&entries_, key, value, /*flags=*/0); }
  [[nodiscard]] AVDictionary** address() noexcept { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

/// Throw std::bad_alloc when FFmpeg has no memory.
[[nodiscard]] inline Frame make_frame() {
  Frame frame{av_frame_alloc()};
  if (!frame) throw std::bad_alloc{};
  return frame;
}
[[nodiscard]] inline Packet make_packet() {
  Packet packet{av_packet_alloc()};
  if (!packet) throw std::bad_alloc{};
  return packet;
}

}  // namespace react1::media::ff
