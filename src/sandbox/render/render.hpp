// SPDX-License-Identifier: Apache-2.0
// Renders what a lipsync_mode does to the timing of two clips. No lip is moved.
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

/// A result that is wrong on purpose.
struct RenderTwist {
  std::int64_t frames_add = 0;    ///< to the frames the mode gives; at least one is left
  std::optional<Rational> fps{};  ///< in place of the source's, the sound staying as long as it was
};

struct RenderJob {
  Source video = "", audio = "";
  DecodedVideo video_facts;  ///< of these very files
  DecodedAudio audio_facts;
  LipsyncMode mode{};
  std::string output;             ///< created or overwritten; not a final name
  std::filesystem::path scratch;  ///< folder for pictures that are shown again
  RenderTwist twist{};
};

/// Memory: a few pictures plus the codecs' own. Disk: the pictures shown again (at most half the output's, raw).
/// Progress is reported as Stage::prepare in frames. Throws Error{media|io|interrupted}.
void render(const RenderJob& job, const RunContext& context);

/// What the written file says of itself, read back from its packets.
struct RenderedFacts {
  int width = 0, height = 0;
  std::int64_t frames = 0;
  Rational fps = 0;
  Seconds duration_s;  ///< frames / fps
  std::int64_t bytes = 0;
};
[[nodiscard]] RenderedFacts read_back(const std::string& path, const RunContext& context);

}  // namespace react1::sandbox
