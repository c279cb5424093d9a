// SPDX-License-Identifier: Apache-2.0
// One stream of a source, decoded packet by packet, so that damage can be attributed to a packet.
#pragma once

#include <array>
#include <cstdint>

#include "media/ff/check.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"

#include <react1/error.hpp>

namespace react1::media {

/// On one thread, so that the decoder's errors refer to the packet that was sent. References must outlive it.
class PacketByPacket {
 public:
  PacketByPacket(const Source& source, int index, const SourceOptions& options, const RunContext& context)
      : context_(context),
        demuxer_(source, DemuxerOptions::from(options), context),
        stream_(demuxer_.stream(index)),
        tick_(ff::from_av(stream_.time_base)),
        decoder_(stream_, /*threads=*/1, demuxer_.name(), options) {
    const std::array wanted{index};
    demuxer_.select(wanted);
  }

  /// Goes near `time` on the file's own timeline; false when the source is not seekable.
  bool enter(const Seconds& time) {
    try {
      demuxer_.seek(stream_.index, (time / tick_).floor());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::media) throw;
      return false;
    }
    decoder_.flush();
    return true;
  }

  [[nodiscard]] bool read() {
    context_.throw_if_stopped();
    return demuxer_.read(*packet_);
  }

  /// Passes the decoded frames to `sink`; true when the decoder refused the packet. Nothing to read: drains.
  template <class Sink>
  bool decode(bool packet, Sink&& sink) {
    const std::int64_t before = decoder_.errors();
    decoder_.decode(packet ? packet_.get() : nullptr, *frame_, sink);
    return decoder_.errors() > before;
  }

  [[nodiscard]] AVCodecID codec() const noexcept { return stream_.codecpar->codec_id; }
  [[nodiscard]] const AVPacket& packet() const { return *packet_; }
  [[nodiscard]] Seconds seconds(std::int64_t ticks) const { return Rational(ticks) * tick_; }

 private:
  const RunContext& context_;
  Demuxer demuxer_;
  AVStream& stream_;
  Rational tick_;
  Decoder decoder_;
  ff::Packet packet_ = ff::make_packet();
  ff::Frame frame_ = ff::make_frame();
};

}  // namespace react1::media
