// SPDX-License-Identifier: Apache-2.0
// The first stage: two sources → two proven clips, their mismatch, the advice and the prediction.
// Called by react1::plan and react1::prepare (pipeline.hpp) and by the main job.
#pragma once

#include <filesystem>
#include <functional>
#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// `options` as they hold for the model of their endpoint: its limits, its price. Throws Error{usage} for a mode that
/// it does not offer.
[[nodiscard]] PipelineOptions for_its_model(const PipelineOptions& options);

/// The mode that will be sent: the user's choice, else the advice's.
[[nodiscard]] LipsyncMode chosen_mode(const RequestedParameters& requested, const Advice& advice);

/// Called when a clip has been made, verified and is final, on the thread that made it, while
/// the other clip may be unfinished. Must not throw.
using ClipMade = std::function<void(const PreparedClip& clip)>;

/// Makes `directory`/video.mp4 and `directory`/audio.mp3 at the same time; `directory` exists. Observer calls come from
/// the caller's thread only. Throws what probing, planning and making the clips throw.
[[nodiscard]] Preparation make_clips(const Source& video, const Source& audio, const std::filesystem::path& directory,
                                     const PipelineOptions& options, const RunContext& context,
                                     const ClipMade& made = {});

/// The same decisions without making anything: durations come from the plan, voice and motion from the sources.
[[nodiscard]] Preparation plan_clips(const Source& video, const Source& audio, const PipelineOptions& options,
                                     const RunContext& context);

}  // namespace react1::stages
