// SPDX-License-Identifier: Apache-2.0
// The lossless actions: the same bytes, or the same packets (all, or a closed prefix) in a clean container.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <react1/media.hpp>

#include "media/source/clip_input.hpp"

namespace react1::media {

/// Writes the source's bytes to `file`. A source whose size differs from the probed one is Error{media}.
/// Throws Error{io|media|network|interrupted}.
void copy_bytes(const ClipInput& input, const std::filesystem::path& file, const RunContext& context);

/// Writes packets of the plan's stream into an MP4, its first frame at 0 and, for a constant rate, every timestamp
/// exact. To remux, all of them; to cut, the plan's frames from its start, which is where find_closed_prefix() found a
/// key frame. Throws as above, DamageFound when packets are missing, and Error{media} for timestamps that MP4 can't
/// hold.
void copy_video_packets(const ClipInput& input, const VideoPlan& plan, const std::filesystem::path& file,
                        const RunContext& context);

/// Reads what a plan would copy, without writing, and throws what copying and proving it
/// would: for timestamps, for missing packets and, where copies are decoded, for damaged pictures (DamageFound).
void check_video_copy(const ClipInput& input, const VideoPlan& plan, const RunContext& context);

/// Writes packets of the plan's MP3 stream (to cut: the first plan.packets) into a bare MP3 file with a new Xing/LAME
/// tag that repeats the source's priming. Throws Error{io|media|network|interrupted}.
void copy_audio_packets(const ClipInput& input, const AudioPlan& plan, const std::filesystem::path& file,
                        const RunContext& context);

}  // namespace react1::media
