// The middle stage: both clips go up, one paid call leaves, and its request id is on disk before anything else happens.
#pragma once

#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

namespace react1::stages {

/// Where the two clips are for the service.
struct UploadedPair {
  std::string video_url, audio_url;
};
/// Both clips at the same time, once the pair is known to be paid for. No upload starts while the other clip is still
/// being made: whether the pair is refused (the advice to hold) or was paid for already is known only when both are
/// there, and the one that could start early is the sound, at most some 700 KB, whose upload takes no time of its own
/// beside the video's.
[[nodiscard]] UploadedPair upload_pair(const Preparation& preparation, Service& service, const RunContext& context);

/// Makes the one paid call of `job` (state created) and gives it back in state submitted, durably.
/// Throws Error{balance} when the day's budget has no room for it, Error{outcome_unknown} when the call may have been
/// accepted (the job then says so too), Error{refused} (job failed), or another Error after which the job is back in
/// created and nothing was paid.
[[nodiscard]] Job submit_once(Job job, const Parameters& parameters, const UploadedPair& pair, const Budget& budget,
                              Service& service, const RunContext& context);

}  // namespace react1::stages
