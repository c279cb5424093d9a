// The 15-second promise, proved on a written file, and what that file holds.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <react1/media.hpp>

namespace react1::media {

/// Fills bytes, sha256, measures, duration and the video or audio facts of `clip` from the file at `path`, all measured
/// by opening it again. Throws Error{media|io|interrupted}.
void examine(PreparedClip& clip, const std::filesystem::path& path, const RunContext& context);

/// The sentence that names every measure above `limit` and what it gave; nullopt when all keep it.
/// Throws Error{internal} when nothing was measured: a file that is not proved must not pass.
[[nodiscard]] std::optional<std::string> over_limit(const PreparedClip& clip, Seconds limit);

}  // namespace react1::media
