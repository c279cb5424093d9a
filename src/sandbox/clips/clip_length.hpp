// SPDX-License-Identifier: Apache-2.0
// Measures the length of a clip in every way a service might, so that no header or edit list can mislead all of
// them. Independent of the production code: it shares no code with the making of clips.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <react1/rational.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

#include "sandbox/clips/timeline.hpp"

namespace react1::sandbox {

enum class Kind { video, audio };

struct Measure {
  std::string name;  ///< e.g. "container_header", "packets_sum", "mpeg_frames"
  Seconds seconds;
};

/// Facts from the container and the packets about the selected stream: the first audio stream, or the first video
/// stream that is not a cover picture.
struct PacketReport {
  std::string format;              ///< FFmpeg's demuxer name
  std::vector<Measure> measures;   ///< those that exist for this file
  std::int64_t shown_packets = 0;  ///< not hidden by an edit list
  int width = 0, height = 0;       ///< video only, coded
  Rational fps = 0;                ///< video only, the stream's average rate; 0 = unknown
};
/// Throws Error{media|io|interrupted}; media also when there is no such stream.
[[nodiscard]] PacketReport measure_packets(const std::string& path, Kind kind, const RunContext& context);

struct DecodedVideo {
  FrameGrid grid;
  std::int64_t frames = 0;  ///< decoded
  Seconds seconds;          ///< grid frames / rate
};
/// Decodes every frame. Throws like measure_packets, and Error{media} when no frame comes out.
[[nodiscard]] DecodedVideo decode_video_facts(const Source& source, const RunContext& context);

struct DecodedAudio {
  std::int64_t samples = 0;  ///< per channel
  int sample_rate = 0;       ///< of the first frame, Hz
  int channels = 0;          ///< of the first frame
  double peak = 0;           ///< 0 to 1 and above
  Seconds seconds;
};
[[nodiscard]] DecodedAudio decode_audio_facts(const Source& source, const RunContext& context);

[[nodiscard]] Seconds longest(const std::vector<Measure>& measures);

}  // namespace react1::sandbox
