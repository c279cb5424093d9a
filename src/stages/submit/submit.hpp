// SPDX-License-Identifier: Apache-2.0
// The one paid call: it is sent at most once, and its request id is on disk before anything else happens.
#pragma once

#include <optional>

#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>

#include "stages/submit/pair_upload.hpp"

namespace react1::stages {

/// Makes the one paid call of `job` (state created) and returns it in state submitted, durably. nullopt: another
/// run made it in the meantime, nothing was sent. While the call waits for its turn at the host, and between attempts,
/// the job is in created; in submitting it is being made. Throws Error{balance} when the day's budget has no room
/// for it, Error{outcome_unknown} if the call may have been accepted (then its state too), Error{refused}
/// (job failed), Error{io} with the request id if it was accepted and the store is not writable, or another Error after
/// which the job is back in created and nothing was paid.
[[nodiscard]] std::optional<Job> submit_once(Job job, const Parameters& parameters, const UploadedPair& pair,
                                             const Budget& budget, Service& service, const RunContext& context);

}  // namespace react1::stages
