// The samples of a plan's window out of a source: seek, decode, cut to the sample, mix, resample, treat.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "media/decoder.hpp"
#include "media/demuxer.hpp"
#include "media/mp4_excerpt.hpp"
#include "media/peak_limiter.hpp"
#include "media/resampler.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// Delivers exactly the plan's samples, planar float at the plan's rate and channels, with the plan's treatment. The
/// window is cut on the source's own samples, counted from its first. One thread at a time; the observer of `context`
/// is not used.
class SampleSource {
 public:
  enum class Damage {
    refused,      ///< inside the window it is Error{media}, and so is an early end
    passed_over,  ///< what can be decoded is delivered, fewer samples if need be
  };
  /// Opens the source and goes to the window. `info` is that source's. Throws as Demuxer and Decoder do.
  SampleSource(Source source, const MediaInfo& info, const AudioPlan& plan, SourceOptions options,
               const RunContext& context, Damage damage = Damage::refused);

  /// The next `count` samples, fewer at the end; null once all are given out. Throws Error{media} with the counts when
  /// samples of the window are missing or damaged.
  [[nodiscard]] ff::Frame next(int count);

  /// Silence added at the end (the source's own count was a few samples too high), at most one MP3 frame.
  [[nodiscard]] std::int64_t padded() const noexcept { return padded_; }

 private:
  void open();
  [[nodiscard]] int stream_index() const noexcept { return excerpt_ ? 0 : plan_.stream_index; }
  [[nodiscard]] Seconds time_of(std::int64_t ticks) const;
  void go_to_window();
  void enter_at(Seconds time);
  [[nodiscard]] bool land();
  [[nodiscard]] bool read_frame();
  [[nodiscard]] std::int64_t position_of(const AVFrame& frame) const;
  void take(const AVFrame& frame);
  [[nodiscard]] bool is_damaged();
  [[noreturn]] void refuse_damage() const;
  void prepare_resampler(const AVFrame& frame);
  void resample(const std::uint8_t** data, int samples);
  void end_of_source();
  void settle_count();
  void treat(AVFrame& frame, int samples);
  void store(void** planes, int samples);
  void store_limited();
  void store_silence(std::int64_t samples);
  void fade(AVFrame& frame) const;

  Source source_;
  std::optional<Mp4Excerpt> excerpt_;  // what is read in place of a long source
  AudioPlan plan_;
  AudioInfo audio_;
  SourceOptions options_;
  RunContext context_;
  Damage damage_;
  std::int64_t first_wanted_ = 0;  // source sample
  std::unique_ptr<Demuxer> demuxer_;
  std::unique_ptr<Decoder> decoder_;
  ff::Packet packet_;
  ff::Frame frame_;
  bool holding_ = false;  // frame_ was decoded and not yet taken
  bool drained_ = false, ended_ = false;
  bool entered_late_ = false;           // positions come from timestamps, not from counting
  std::optional<Seconds> skip_before_;  // packets that end before this are not decoded
  std::int64_t position_ = 0;           // source sample that comes next
  std::optional<std::int64_t> damaged_before_;
  ff::Frame format_;  // the resampler's input: format, rate and layout only
  std::optional<Resampler> resampler_;
  std::int64_t silence_before_, fade_in_, fade_out_;  // samples at the plan's rate
  std::optional<PeakLimiter> limiter_;
  PeakLimiter::Channels limited_;
  ff::AudioFifo ready_;
  std::int64_t made_ = 0, given_ = 0;  // samples at the plan's rate
  std::int64_t padded_ = 0;
};

}  // namespace react1::media
