// Where in a clip there is voice: the loudness of 10 ms blocks against a gate.
#pragma once

#include <span>
#include <string>

#include <react1/media.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

struct VoiceActivity {
  bool found = false;
  Seconds first_start_s, last_end_s;  ///< relative to the window's start; 0 when nothing was found
  double silent_share = 1;            ///< of the window's blocks, 0..1
  double peak_dbfs = -200;            ///< highest sample of the mono mix; −200 for digital silence
};

/// The rule alone, on mono samples (−1..1). A block of 10 ms counts when its RMS is ≥ `gate_dbfs`; only three such
/// blocks in a row are voice, so that a click is not.
class VoiceDetector {
 public:
  VoiceDetector(int sample_rate, double gate_dbfs);
  void add(std::span<const float> samples);
  /// Ends the last, shorter block.
  [[nodiscard]] VoiceActivity finish();

 private:
  void end_block();

  int sample_rate_;
  double gate_;  // linear
  double energy_ = 0;
  std::int64_t in_block_ = 0, position_ = 0, block_end_ = 0;
  std::int64_t blocks_ = 0, loud_blocks_ = 0, run_ = 0;
  std::int64_t first_block_ = -1, last_block_ = -1;
  double peak_ = 0;
};

/// Decodes [start_s, end_s) of audio stream `stream_index`, times relative to its first sample, and listens to the mono
/// mix of all channels. Throws what Demuxer and Decoder throw.
[[nodiscard]] VoiceActivity analyze_voice(const Source& source, int stream_index, const Seconds& start_s,
                                          const Seconds& end_s, double gate_dbfs, const SourceOptions& options,
                                          const RunContext& context);

}  // namespace react1::media
