// SPDX-License-Identifier: Apache-2.0
// Identifies the service a client is connected to: one whose calls are paid for, or our sandbox.
#pragma once

#include <react1/fal.hpp>
#include <react1/run_context.hpp>

#include "fal/protocol/session.hpp"

namespace react1::fal {

/// See FalClient::identity(). When in doubt it is not a sandbox: counting a rehearsal as dollars is a nuisance,
/// counting a payment as a rehearsal leads to a second payment.
[[nodiscard]] ServiceIdentity service_identity(const Session& session, const RunContext& context);

}  // namespace react1::fal
