// SPDX-License-Identifier: Apache-2.0
// Reads every packet of the chosen streams once and sums up their facts. Nothing is decoded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "media/stream/demuxer.hpp"
#include "media/stream/measured_rate.hpp"
#include "media/stream/packet_length.hpp"
#include "media/stream/sound_timeline.hpp"

namespace react1::media {

/// Sums over one stream's packets. Times are ticks of the stream's time base. "Shown" leaves out the packets that an
/// edit list (or the container's own flag) marks as only decoded.
struct StreamSurvey {
  int index = 0;
  std::int64_t packets = 0;
  std::int64_t shown = 0;
  std::int64_t discarded = 0;               ///< marked as only decoded, by an edit list for instance
  std::int64_t corrupt = 0;                 ///< marked so by the demuxer, e.g. cut off at the end of the file
  bool cut_off = false;                     ///< the last packet is corrupt: the file ends inside it
  std::int64_t without_time = 0;            ///< shown packets with neither pts nor dts
  std::int64_t without_duration = 0;        ///< shown packets
  bool reordered = false;                   ///< a presentation time was below an earlier one
  bool times_are_dts = false;               ///< some packet has no pts: all times below are decode times
  std::optional<std::int64_t> first;        ///< smallest shown time
  std::optional<std::int64_t> first_shown;  ///< smallest presentation time, also where some packets have none
  std::optional<std::int64_t> last;         ///< largest shown time
  std::int64_t last_duration = 0;           ///< of the packet at `last`; 0 when it has none
  std::optional<std::int64_t> end;          ///< largest shown time + duration
  bool first_is_key = false;                ///< of the packet at `first`
  std::int64_t durations = 0;               ///< sum over shown packets
  FrameTiming timing;                       ///< in presentation order
  // Audio only, in samples, over all packets: the skipped samples at the start may cover packets that are not shown.
  std::int64_t samples = 0, samples_not_shown = 0;
  std::int64_t unknown_lengths = 0;        ///< packets whose samples only decoding gives
  std::int64_t skip_start = 0;             ///< priming to drop, where the file specifies it
  std::int64_t skip_end = 0;               ///< padding to drop
  std::optional<std::int64_t> first_time;  ///< of any packet, shown or not
  SoundTimelineFit::Result timeline;       ///< of the packets that are shown
};

/// Samples at 48 kHz, as the decoder counts, from the codec's own header (RFC 7845, 5.1), where `codec` is Opus. A
/// container may give them in the rate of the recording.
[[nodiscard]] std::optional<std::int64_t> opus_pre_skip(const AVCodecParameters& codec);

/// A transport stream's packet may hold several frames. FFmpeg marks the first one of each.
[[nodiscard]] bool begins_transport_packet(const AVPacket& packet);

/// Adds up the packets of one stream, which must outlive it.
class StreamSurveyor {
 public:
  explicit StreamSurveyor(const AVStream& stream, SoundClock clock = SoundClock::none);

  /// A damaged packet waits for its successor: as the last one it is the truncated end of a file, and not shown.
  void add(const AVPacket& packet);
  /// Once, after the last packet.
  [[nodiscard]] StreamSurvey finish();

 private:
  /// The state of one kind of timestamp; pts and dts are tracked in parallel, because whether every packet
  /// has a pts is only known at the end.
  struct Timeline {
    std::optional<std::int64_t> first, last, end;
    std::int64_t last_duration = 0;
    bool first_is_key = false;
    bool reordered = false;
    std::int64_t missing = 0;
    IntervalCounter intervals;

    explicit Timeline(const Rational& tick) : intervals(tick) {}
    void add(std::int64_t time, const AVPacket& packet);
  };

  [[nodiscard]] bool is_hidden(const AVPacket& packet) const;
  void count(const AVPacket& packet);
  void count_samples(const AVPacket& packet, bool shown);

  const AVStream* stream_;
  StreamSurvey sums_;
  Timeline pts_, dts_;
  ff::Packet waiting_;
  PacketLength length_;
  SoundTimelineFit fit_;
  std::int64_t last_padding_ = 0;  // of the latest packet
  bool is_transport_ = false;      // by its first packet
};

/// Samples that are decoded but not audible at the start. Opus decoders drop the header's priming by themselves.
[[nodiscard]] std::int64_t priming_of(const StreamSurvey& survey, const AVStream& stream);

/// Called for every packet, before it is counted; e.g. to decode the first few.
using PacketVisitor = std::function<void(const AVPacket&)>;

/// Reads `demuxer` to its end, only the streams in `indexes`. The result is in their order. Throws what read() throws.
[[nodiscard]] std::vector<StreamSurvey> survey_packets(Demuxer& demuxer, const std::vector<int>& indexes,
                                                       const PacketVisitor& visit);

}  // namespace react1::media
