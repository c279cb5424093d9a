// SPDX-License-Identifier: Apache-2.0
// Looking a paid call whose answer was lost up at the service: look_up_request().
#pragma once

#include <react1/pipeline.hpp>

namespace react1::stages {

/// Whether there is anything to ask: a history, or a receiver of reports.
[[nodiscard]] bool can_look_up(const FalClient& client, const LostAnswerOptions& options) noexcept;

/// For a submitted job whose request the service says it does not know. When the history has another request for this
/// very payment, or neither one nor the id, the id came from elsewhere: a proxy gave the answer to another call. The
/// job moves to outcome_unknown then, without the id, to be looked up. False, and nothing changed, when the history
/// holds the id, can't be asked or is unclear. Throws Error{interrupted, io}.
[[nodiscard]] bool disown_foreign_request(Job& job, Service& service, const LostAnswerOptions& options,
                                          const RunContext& context);

/// Attaches the requests that reports have named for other jobs, whose answers were lost in earlier runs: the service
/// reports once, and to whoever listens then. What can't be attached is logged; no Error is thrown.
void attach_reported(Service& service, const RunContext& context);

}  // namespace react1::stages
