// SPDX-License-Identifier: Apache-2.0
// How many samples a packet of sound holds, as far as that can be known without decoding it.
#pragma once

#include <cstdint>
#include <optional>

#include "media/ff/handles.hpp"

#include <react1/rational.hpp>

namespace react1::media {

/// Of one stream's packets, in stored order. The codec's own constant counts, or the packet's bytes; a
/// container's durations only where their ticks hold whole samples, because a rounded duration adds up to a wrong sum
/// and a late packet stretches the one before it.
class PacketLength {
 public:
  /// `stream` must outlive it.
  explicit PacketLength(const AVStream& stream);

  /// nullopt: only decoding gives it.
  [[nodiscard]] std::optional<std::int64_t> samples_in(const AVPacket& packet);

  /// By how much the container ends the last packet that was asked for before its samples end; 0 where it does not say.
  [[nodiscard]] std::int64_t cut_from_last() const noexcept { return regular_ && cut_ > 0 ? cut_ : 0; }

 private:
  [[nodiscard]] std::int64_t by_duration(const AVPacket& packet) const;
  [[nodiscard]] bool tells_by_itself() const;
  [[nodiscard]] std::optional<std::int64_t> told_by(const AVPacket& packet) const;

  const AVStream* stream_;
  Rational samples_per_tick_;
  bool constant_;       // every packet holds as many, whatever its size
  bool exact_;          // its size determines it
  std::int64_t usual_;  // ALAC: what a packet holds unless it says otherwise; 0 where that is not known
  int multiple_ =
      0;  // of the codec's own count; 2 for HE-AAC, whose core codec knows of half its samples. 0: not known yet
  bool regular_ = true;  // all packets but the last last as long as their samples
  std::int64_t previous_ = 0;
  std::int64_t cut_ = 0;
};

/// Samples at 48 kHz in an Opus packet, from its first bytes (RFC 6716, 3.1 and 3.2); nullopt for bytes that are none.
[[nodiscard]] std::optional<std::int64_t> opus_samples(const std::uint8_t* data, int size);

/// What a packet of ALAC holds unless it says otherwise, from the magic cookie; 0 where there is none.
[[nodiscard]] std::int64_t usual_alac_packet(const AVCodecParameters& codec);

/// Samples in a packet of ALAC, from its first element's header; `usual` is what the magic cookie says. nullopt for
/// bytes that are none.
[[nodiscard]] std::optional<std::int64_t> alac_samples(const std::uint8_t* data, int size, std::int64_t usual);

/// Samples in a packet of QuickTime's IMA ADPCM: whole blocks of 64.
[[nodiscard]] std::int64_t adpcm_ima_qt_samples(int size, int channels);

/// Samples in a FLAC frame, from its header (RFC 9639, 9.1); nullopt for bytes that are none.
[[nodiscard]] std::optional<std::int64_t> flac_samples(const std::uint8_t* data, int size);

}  // namespace react1::media
