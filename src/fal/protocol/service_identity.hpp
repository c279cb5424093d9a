// SPDX-License-Identifier: Apache-2.0
// Which service a client talks to: one whose calls are paid for, or our sandbox.
#pragma once

#include <react1/fal.hpp>
#include <react1/run_context.hpp>

#include "fal/protocol/session.hpp"

namespace react1::fal {

/// See FalClient::identity(). In doubt it is never a sandbox: a rehearsal that counts as dollars is a nuisance, a
/// payment that counts as a rehearsal is paid twice.
[[nodiscard]] ServiceIdentity service_identity(const Session& session, const RunContext& context);

}  // namespace react1::fal
