// SPDX-License-Identifier: Apache-2.0
// Makes the two clips for the service, from a resolved plan, and proves their length.
#pragma once

#include <filesystem>
#include <string>

#include <react1/media.hpp>

#include "media/source/clip_input.hpp"

namespace react1::media {

/// Makes `output` (MP4, video only) as `plan` says. `info` is probe()'s result for `source`. The file is written under
/// a temporary name, proved to be no longer than `limit` by every measure, and only then renamed. A copy that is too
/// long by some measure is made by the next action (bytes: packets; packets: encoded), an impossible copy is encoded,
/// with a reason; where the plan forbids encoding that is Error{media}. Reports progress in frames (Stage::prepare).
/// Blocking; any thread; the observer is called from this thread only. Throws DamageFound when frames of the window are
/// damaged or missing, or a copy can't be proved, and the plan was not made by decoding (plan.decoded): plan again
/// then. Error{media} (a length that can't be proved), {io}, {network}, {interrupted}. `output` is untouched then.
/// Messages name the source, never the temporary file.
[[nodiscard]] PreparedClip make_video(const ClipInput& input, const VideoPlan& plan,
                                      const std::filesystem::path& output, Seconds limit, const RunContext& context);

/// What make_video() would find, without encoding or writing: the plan as it would be carried out. Reads
/// the window as a whole. Throws as make_video().
[[nodiscard]] VideoPlan check_video(const ClipInput& input, const VideoPlan& plan, const RunContext& context);

/// As make_video() for `output` as MP3. Progress is in samples. With a loudness to reach, the made clip is measured and
/// encoded again, at most three times, until it is within 0.1 LU and its true peak below the ceiling; the
/// ceiling takes precedence over the loudness.
[[nodiscard]] PreparedClip make_audio(const ClipInput& input, const AudioPlan& plan,
                                      const std::filesystem::path& output, Seconds limit, const RunContext& context);

}  // namespace react1::media
