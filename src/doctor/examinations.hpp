// SPDX-License-Identifier: Apache-2.0
// The checks, a group each. They look at one thing after the other, and stop for RunContext::stop only.
#pragma once

#include "doctor/findings.hpp"

namespace react1::doctor {

/// Which libraries run, and whether they can encode and decode what is needed.
void check_libraries(Findings& findings);

/// The state folder and the job store: whose they are, whether they can be written, what is left in them.
void check_state(const DoctorOptions& options, Findings& findings);

/// Proxies and certificates, as the environment sets them. Opens no connection.
void check_network_settings(const FalOptions& service, Findings& findings);

/// The queue, the key, the clock, the upload host; and what the platform tells of the account: whether lost answers can
/// be found, its price, the model's schema. Asks each once, with the key where it belongs.
void check_service(const FalOptions& service, const Price& price, Findings& findings, const RunContext& context);

}  // namespace react1::doctor
