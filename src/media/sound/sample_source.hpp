// SPDX-License-Identifier: Apache-2.0
// The samples of a plan's window from a source: decoded, placed on the timeline, mixed, resampled, treated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/sound/resampler.hpp"
#include "media/sound/sound_reader.hpp"
#include "media/sound/treated_samples.hpp"
#include "media/source/clip_input.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// Delivers exactly the plan's samples, planar float at the plan's rate and channels, with the plan's treatment. Every
/// sample sounds at the time that the source's timeline gives it: gaps are silent, samples that overlap are left out,
/// and a drifting clock is followed by resampling. One thread at a time; the observer of `context` is not used.
class SampleSource {
 public:
  enum class Damage {
    refused,      ///< inside the window it is Error{media}, and so is an early end
    passed_over,  ///< what can be decoded is delivered, possibly fewer samples
  };
  /// Opens the source and goes to the window. Throws as Demuxer and Decoder do.
  SampleSource(const ClipInput& input, const AudioPlan& plan, const RunContext& context,
               Damage damage = Damage::refused);

  /// The next `count` samples, fewer at the end; null once all were delivered. Throws Error{media} with the counts when
  /// samples of the window are missing or damaged.
  [[nodiscard]] ff::Frame next(int count);

  /// Silence added at the end (the source's own count was a few samples too high), at most one MP3 frame.
  [[nodiscard]] std::int64_t padded() const noexcept { return padded_; }

 private:
  void take(const AVFrame& frame);
  void take_part(const AVFrame& frame, std::size_t piece, std::int64_t begin, std::int64_t end);
  void begin_piece(std::size_t piece);
  [[nodiscard]] std::int64_t align(std::size_t piece, std::int64_t begin, std::int64_t end);
  [[nodiscard]] bool is_damaged();
  [[noreturn]] void refuse_damage() const;
  void prepare_resampler(const AVFrame& frame);
  void resample(const std::uint8_t** data, int samples);
  void end_of_source();
  void pad_to_count();

  AudioPlan plan_;
  int source_rate_;
  Damage damage_;
  SoundReader reader_;
  bool ended_ = false;
  std::optional<std::size_t> piece_;  // of the timeline, that is being placed
  bool aligned_ = false;              // its first sample in the window has been placed
  std::optional<std::int64_t> damaged_before_;
  ff::Frame format_;  // the resampler's input: format, rate and layout only
  std::optional<Resampler> resampler_;
  std::int64_t silence_before_;  // samples at the plan's rate
  TreatedSamples treated_;
  std::int64_t padded_ = 0;
};

}  // namespace react1::media
