// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clips/clip_reader.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace react1::sandbox {

int find_stream(const media::Demuxer& demuxer, Kind kind) {
  const AVMediaType wanted = kind == Kind::video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    const AVStream& stream = demuxer.stream(i);
    const bool picture = (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
    if (stream.codecpar->codec_type == wanted && !picture) return i;
  }
  throw Error{ErrorCode::media, demuxer.name(),
              kind == Kind::video ? "there is no video in it" : "there is no audio in it"};
}

int codec_threads() noexcept {
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
}

Clip::Clip(const Source& source, Kind kind, const RunContext& context)
    : context_(context),
      demuxer_(source, {}, context),
      index_(find_stream(demuxer_, kind)),
      decoder_(demuxer_.stream(index_), codec_threads(), source.name()),
      packet_(media::ff::make_packet()) {
  demuxer_.select(std::array{index_});
}

bool Clip::read(AVFrame& frame) {
  for (;;) {
    context_.throw_if_stopped();
    switch (decoder_.receive(frame)) {
      case media::Decoder::Receive::frame:
        return true;
      case media::Decoder::Receive::end:
        return false;
      case media::Decoder::Receive::needs_more:
        break;
    }
    if (drained_) return false;
    drained_ = !demuxer_.read(*packet_);
    // The decoder has just requested more, so it accepts this packet.
    static_cast<void>(decoder_.send(drained_ ? nullptr : packet_.get()));
  }
}

}  // namespace react1::sandbox
