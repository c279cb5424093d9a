// SPDX-License-Identifier: Apache-2.0
// Searching the service for a paid call whose answer was lost: look_up_request().
#pragma once

#include <react1/pipeline.hpp>

namespace react1::stages {

/// Whether a search is possible: a history, or a receiver of reports.
[[nodiscard]] bool can_look_up(const FalClient& client, const LostAnswerOptions& options) noexcept;

/// For a submitted job whose request the service does not know. When the history has another request
/// for this payment, or neither that nor the id, the id is wrong: a proxy returned the answer to another call. The
/// job moves to outcome_unknown then, without the id, to be looked up. False, without a change, when the history
/// has the id, can't be read or is unclear. Throws Error{interrupted, io}.
[[nodiscard]] bool disown_foreign_request(Job& job, Service& service, const LostAnswerOptions& options,
                                          const RunContext& context);

/// Attaches the requests that reports have named for other jobs, whose answers were lost in earlier runs: the service
/// reports only once, to the listener of that time. What can't be attached is logged; no Error is thrown.
void attach_reported(Service& service, const RunContext& context);

}  // namespace react1::stages
