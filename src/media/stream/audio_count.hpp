// SPDX-License-Identifier: Apache-2.0
// Counts the samples of one audio stream by decoding it, for files whose packets lack lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "media/ff/handles.hpp"
#include "media/stream/sound_timeline.hpp"

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

struct DecodedAudioCount {
  std::int64_t samples = 0;           ///< per channel, without the priming and padding that the file specifies
  std::optional<std::int64_t> first;  ///< time of the first sample, ticks of the stream's time base
  SoundTimelineFit::Result timeline;
  std::int64_t damaged = 0;  ///< packets that could not be decoded cleanly
};

/// Opens `source` again and decodes stream `index` to its end. Frames of another rate than the stream's count as many
/// samples as they last at the stream's. Throws what Demuxer and Decoder throw.
[[nodiscard]] DecodedAudioCount count_decoded_samples(const Source& source, int index, const SourceOptions& options,
                                                      const RunContext& context);

/// Frames of a stream, counted in samples of the stream's rate although some have another one. Sums stay exact.
class NominalSamples {
 public:
  explicit NominalSamples(int rate) : rate_(rate) {}
  /// How many samples of the stream's rate this frame lasts; fractions are carried over to the next one.
  [[nodiscard]] std::int64_t in(const AVFrame& frame);

 private:
  int rate_;
  Rational carried_ = 0;
};

}  // namespace react1::media
