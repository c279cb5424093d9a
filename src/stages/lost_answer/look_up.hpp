// Looking a paid call whose answer was lost up at the service: look_up_request().
#pragma once

#include <react1/pipeline.hpp>

namespace react1::stages {

/// Whether there is anything to ask: a history, or a receiver of reports.
[[nodiscard]] bool can_look_up(const FalClient& client, const LostAnswerOptions& options) noexcept;

/// Attaches the requests that reports have named for other jobs, whose answers were lost in earlier runs: the service
/// reports once, and to whoever listens then. What can't be attached is logged; no Error is thrown.
void attach_reported(Service& service, const RunContext& context);

}  // namespace react1::stages
