// SPDX-License-Identifier: Apache-2.0
// The 15-second promise, proved on a written file, and what that file holds.
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

/// Within a handler of `error`: throws it again, about `source` or the final name where it names the file in the
/// making, which tells a person nothing.
[[noreturn]] void rethrow_named(const Error& error, const AtomicFile& file, const std::string& source);

/// The sentence that names every measure above `limit` and what it gave; nullopt when all keep it.
/// Throws Error{internal} when nothing was measured: a file that is not proved must not pass.
[[nodiscard]] std::optional<std::string> over_limit(const PreparedClip& clip, Seconds limit);

/// Ends the making of a clip that is proved: `file` gets its final name, and `clip` says where it lies, how it was made
/// and which part [start_s, end_s) of the source it shows. Throws Error{io|interrupted}.
void hand_on(PreparedClip& clip, AtomicFile& file, ClipAction action, Seconds start_s, Seconds end_s,
             const RunContext& context);

}  // namespace react1::media
