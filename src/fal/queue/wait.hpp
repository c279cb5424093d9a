// SPDX-License-Identifier: Apache-2.0
// Waits until a request is completed, on the calling thread.
#pragma once

#include "fal/protocol/session.hpp"
#include "fal/queue/wait_report.hpp"

namespace react1::fal {

/// Waits as WaitMachine specifies. Throws Error{network} at a limit (see FalOptions), Error{refused} when the service
/// reports that the job failed, always with the request id; Error{interrupted} on a stop.
[[nodiscard]] QueueStatus wait_for_completion(const Session& session, const RequestRef& request,
                                              const RunContext& context);

}  // namespace react1::fal
