// Counts the samples of one audio stream by decoding it, for files whose packets do not tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

struct DecodedAudioCount {
  std::int64_t samples = 0;           ///< per channel, after the priming and padding the file tells of are dropped
  std::optional<std::int64_t> first;  ///< time of the first sample, ticks of the stream's time base
  std::int64_t damaged = 0;           ///< packets that could not be decoded cleanly
};

/// Opens `source` again and decodes stream `index` to its end. Throws what Demuxer and Decoder throw.
[[nodiscard]] DecodedAudioCount count_decoded_samples(const Source& source, int index, const SourceOptions& options,
                                                      const RunContext& context);

}  // namespace react1::media
