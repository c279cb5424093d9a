// SPDX-License-Identifier: Apache-2.0
// The timeline of a sound: from timestamps and sample counts to pieces, and from pieces to times. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include <react1/media_info.hpp>

#include "media/stream/drift_line.hpp"

namespace react1::media {

/// Stored samples ↔ time, both relative to the first audible sample.
class SoundTimeline {
 public:
  explicit SoundTimeline(const AudioInfo& audio);
  SoundTimeline(std::vector<SoundPiece> pieces, int sample_rate);

  /// Some samples overlap earlier ones: such a time belongs to two samples.
  [[nodiscard]] bool overlaps() const;
  /// The number of the piece that sample `sample` belongs to; negative samples belong to the first.
  [[nodiscard]] std::size_t piece_of(std::int64_t sample) const;
  [[nodiscard]] const SoundPiece& piece(std::size_t number) const { return pieces_[number]; }
  /// The sample after the last of piece `number`; nullopt for the last piece.
  [[nodiscard]] std::optional<std::int64_t> end_of(std::size_t number) const;

  [[nodiscard]] Seconds time_of(std::int64_t sample) const;
  /// The sample that a timestamp belongs to, to the nearest; in a gap, the first one after it. May be negative.
  [[nodiscard]] std::int64_t sample_at(const Seconds& time) const;
  /// When all samples before this one have been played: before a gap, the gap's start. 0 for the first.
  [[nodiscard]] Seconds end_time_of(std::int64_t samples) const;

 private:
  [[nodiscard]] Seconds time_in(const SoundPiece& piece, std::int64_t sample) const;

  std::vector<SoundPiece> pieces_;  // at least one
  int rate_;
};

/// Time without samples (gaps), and samples whose time has already passed (overlaps).
struct SoundFlaws {
  std::int64_t gaps = 0, overlaps = 0;
  Seconds gap_s, overlap_s;
  Rational stretch = 1;  ///< of the piece that is farthest from 1
};
[[nodiscard]] SoundFlaws flaws_of(const AudioInfo& audio);

/// The reliability of a format's timestamps of sound.
enum class SoundClock {
  none,      ///< the format stores none, and FFmpeg invents them: samples follow each other
  rough,     ///< they are those of parts of a packet: only jumps of a tenth of a second mean something
  steady,    ///< they are right to their rounding
  restarts,  ///< steady, but the clock may be set to any other time in the middle: more than 10 s ahead is no gap
};
/// `format`: FFmpeg's name of the demuxer.
[[nodiscard]] SoundClock clock_of(std::string_view format);

/// Finds the pieces. Timestamps are rounded (to milliseconds in Matroska and FLV) and jitter, and samples are never
/// dropped or invented for that: only a lasting offset is a gap or an overlap, and only a slope over seconds is a
/// drift.
class SoundTimelineFit {
 public:
  /// `tick`: the stream's time base.
  SoundTimelineFit(Rational tick, int sample_rate, SoundClock clock);

  /// The next frame in stored order: its timestamp where it has one, and the samples in it.
  /// `begins_packet`: false where the timestamp only follows from another frame's in the same packet of the container.
  void add(std::optional<std::int64_t> ticks, std::int64_t samples, bool begins_packet = true);

  struct Result {
    std::vector<SoundPiece> pieces;  ///< empty: one piece without drift
    /// By how much the first timestamp is early (positive) or late against the others of its piece, to a sample.
    Seconds first_is_early;
    bool first_is_off = false;  ///< that is more than their rounding
    /// The timestamps begin again in the middle, so they don't determine a sample's position.
    bool restarts = false;
    /// False where a clock would have to be off by more than 3 %, or a gap follows every few frames: then the
    /// counts are doubtful, not the clock.
    bool plausible = true;
  };
  /// Once, at the end. `skipped`: samples at the front that are not audible.
  [[nodiscard]] Result finish(std::int64_t skipped);

 private:
  /// A frame: the samples before it, and the delay of its timestamp relative to their duration.
  struct Point {
    std::int64_t sample = 0;
    std::int64_t length = 0;
    double late = 0;           // samples
    std::int64_t frames = 1;   // that say the same
    std::int64_t packets = 1;  // of the container, that these frames come from
    [[nodiscard]] std::size_t votes() const;
  };
  /// An unfinished piece.
  struct Piece {
    std::int64_t first_sample = 0;
    double origin = 0;   // of `late`
    DriftLine line;      // samples late, relative to `origin`, by samples since the first
    double packets = 0;  // of the container
  };

  void classify_front();
  [[nodiscard]] bool says_the_same(double late) const;
  [[nodiscard]] std::vector<double> upcoming() const;
  [[nodiscard]] bool stays(double step, double shift, double noise) const;
  [[nodiscard]] bool is_restart(const Point& point, double jump) const;
  void begin_piece(const Point& point);
  void take(const Point& point);
  [[nodiscard]] Rational stretch_of(const Piece& piece) const;

  Rational tick_;
  int rate_;
  SoundClock clock_;
  double rounding_;  // samples in two ticks, at least a millisecond's
  std::optional<std::int64_t> first_ticks_;
  std::int64_t samples_ = 0;
  double shift_ = 0;  // added to every `late`: restarts of the clock
  bool restarted_ = false;
  std::deque<Point> pending_;  // timed frames that are not classified yet
  std::deque<double> recent_;  // `late` of the latest classified ones
  double last_late_ = 0;
  std::int64_t points_ = 0;
  std::int64_t last_length_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace react1::media
