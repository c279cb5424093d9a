// SPDX-License-Identifier: Apache-2.0
// Renders the effect of a lipsync_mode on the timing of two clips. Does no lip-sync.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

#include "sandbox/clips/clip_length.hpp"

namespace react1::sandbox {

/// A deliberately wrong result.
struct RenderTwist {
  std::int64_t frames_add = 0;    ///< added to the frame count of the mode; at least one frame is left
  std::optional<Rational> fps{};  ///< replaces the source's; the audio keeps its length
};

struct RenderJob {
  Source video = "", audio = "";
  DecodedVideo video_facts;  ///< of these very files
  DecodedAudio audio_facts;
  LipsyncMode mode{};
  std::string output;             ///< created or overwritten; a temporary name
  std::filesystem::path scratch;  ///< folder for pictures that are shown again
  RenderTwist twist{};
};

/// Memory: a few pictures plus the codecs' own. Disk: the pictures shown again (at most half the output's, raw).
/// Progress is reported as Stage::prepare in frames. Throws Error{media|io|interrupted}.
void render(const RenderJob& job, const RunContext& context);

/// Facts of the written file, read back from its packets.
struct RenderedFacts {
  int width = 0, height = 0;
  std::int64_t frames = 0;
  Rational fps = 0;
  Seconds duration_s;  ///< frames / fps
  std::int64_t bytes = 0;
};
[[nodiscard]] RenderedFacts read_back(const std::string& path, const RunContext& context);

}  // namespace react1::sandbox
