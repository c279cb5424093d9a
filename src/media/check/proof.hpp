// SPDX-License-Identifier: Apache-2.0
// Proves the 15-second limit on a written file, and measures the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "media/check/measured_clip.hpp"

namespace react1::media {

/// Fills bytes, sha256, measures, duration and the video or audio facts of `clip` from the file at `path`, all measured
/// by opening it again. Throws Error{media|io|interrupted}, DamageFound for damage that was found on the way.
void examine(PreparedClip& clip, const std::filesystem::path& path, Pictures pictures, const RunContext& context);

/// In a handler of `error`: rethrows it, with `source` or the final name in
/// place of the temporary file's name.
[[noreturn]] void rethrow_named(const Error& error, const AtomicFile& file, const std::string& source);

/// A sentence that names every measure above `limit` with its value; nullopt when all are within it.
/// Throws Error{internal} when nothing was measured: a file that is not proved must not pass.
[[nodiscard]] std::optional<std::string> over_limit(const PreparedClip& clip, Seconds limit);

/// Completes a proved clip: `file` gets its final name, and `clip` gets its
/// path, action and the part [start_s, end_s) of the source. Throws Error{io|interrupted}.
void hand_on(PreparedClip& clip, AtomicFile& file, ClipAction action, Seconds start_s, Seconds end_s,
             const RunContext& context);

}  // namespace react1::media
