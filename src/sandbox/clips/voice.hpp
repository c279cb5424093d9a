// SPDX-License-Identifier: Apache-2.0
// The audio of a clip as a stream of 48 kHz float samples, followed by endless silence.
#pragma once

#include <cstdint>
#include <string>

#include <react1/run_context.hpp>
#include <react1/source.hpp>

#include "media/ff/handles.hpp"
#include "sandbox/clips/clip_reader.hpp"

namespace react1::sandbox {

/// Holds no more than a few frames at a time. Not thread-safe.
class Voice {
 public:
  /// Mono stays mono, everything else becomes stereo. `samples`: silence from there on, at output_sample_rate.
  Voice(const Source& source, std::int64_t samples, const RunContext& context);
  [[nodiscard]] int channels() const noexcept { return channels_; }
  /// The next `count` samples, planar float.
  [[nodiscard]] media::ff::Frame next(int count);

 private:
  void fill(int count);
  void set_up_resampler(const AVFrame& frame);
  void resample(const AVFrame* frame);

  std::string name_;
  Clip clip_;
  int channels_;
  std::int64_t left_;
  media::ff::Frame decoded_;
  media::ff::Resampler resampler_;
  int in_rate_ = 0, in_format_ = -1, in_channels_ = 0;
  media::ff::AudioFifo fifo_;
  bool ended_ = false;
};

}  // namespace react1::sandbox
