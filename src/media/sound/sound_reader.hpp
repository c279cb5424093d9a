// SPDX-License-Identifier: Apache-2.0
// The decoded frames of a sound from shortly before a given time, each with the number of its first sample.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "media/format/mp4_excerpt.hpp"
#include "media/stream/audio_count.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/sound_timeline.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// Which part of which stream is read. Times are relative to the first audible sample.
struct SoundWindow {
  int stream_index = 0;
  Seconds start_s, end_s;
};

/// Reads a window of one sound, its samples numbered as if the file had been decoded from its beginning. A file is
/// only entered in the middle where its timestamps then equal those of reading from the beginning; others are read
/// from the beginning, and decoded from shortly before the window on. One thread at a time; the observer of `context`
/// is not used.
class SoundReader {
 public:
  /// `audio` is probe()'s. Throws as Demuxer and Decoder do.
  SoundReader(Source source, const AudioInfo& audio, const SoundWindow& window, SourceOptions options,
              const RunContext& context);

  /// The next frame, the first one begins before the window where the file has any; null at the end of the source. The
  /// reader's until the next call.
  [[nodiscard]] const AVFrame* next();
  /// Of the latest frame: the stored sample it begins with, and how many of the stream's rate it lasts.
  [[nodiscard]] std::int64_t first_sample() const noexcept { return position_ - length_; }
  [[nodiscard]] std::int64_t length() const noexcept { return length_; }
  /// The sample after the latest frame.
  [[nodiscard]] std::int64_t position() const noexcept { return position_; }

  [[nodiscard]] const Decoder& decoder() const noexcept { return *decoder_; }
  [[nodiscard]] const Demuxer& demuxer() const noexcept { return *demuxer_; }
  [[nodiscard]] const SoundTimeline& timeline() const noexcept { return timeline_; }

 private:
  void open();
  [[nodiscard]] int stream_index() const noexcept { return excerpt_ ? 0 : window_.stream_index; }
  [[nodiscard]] Seconds time_of(std::int64_t ticks) const;
  [[nodiscard]] bool is_exact_after_a_seek() const;
  [[nodiscard]] bool has_rounded_sums() const;
  void go_to_window();
  [[nodiscard]] bool enter_at(const Seconds& time);
  [[nodiscard]] bool land();
  [[nodiscard]] bool decode();
  void count_frame();

  Source source_;
  std::optional<Mp4Excerpt> excerpt_;  // read in place of a long source
  AudioInfo audio_;
  SoundTimeline timeline_;
  SoundWindow window_;
  SourceOptions options_;
  RunContext context_;
  std::unique_ptr<Demuxer> demuxer_;
  std::unique_ptr<Decoder> decoder_;
  ff::Packet packet_;
  ff::Frame frame_;
  NominalSamples nominal_;
  bool holding_ = false;  // frame_ was decoded and not yet delivered
  bool drained_ = false;
  bool entered_late_ = false;           // where reading began is known from timestamps, not from counting
  std::optional<Seconds> skip_before_;  // packets that begin before this are not decoded
  std::int64_t position_ = 0, length_ = 0;
  // After a late entry: the mean of the timestamps so far is closer than any single one.
  std::int64_t counted_ = 0, timed_frames_ = 0;
  Rational sum_of_offsets_ = 0;
  std::size_t piece_ = 0;  // of the timeline, that the latest frame is in
};

}  // namespace react1::media
