// SPDX-License-Identifier: Apache-2.0
// The checks, one function per group. They run in order, and stop only for RunContext::stop.
#pragma once

#include "doctor/findings.hpp"

namespace react1::doctor {

/// Which libraries run, and whether they can encode and decode what is needed.
void check_libraries(Findings& findings);

/// The state folder and the job store: owner, permissions, unresolved jobs.
void check_state(const DoctorOptions& options, Findings& findings);

/// Proxies and certificates, as the environment sets them. Opens no connection.
void check_network_settings(const FalOptions& service, Findings& findings);

/// The queue, the key, the clock, the upload host; and the platform's data about the
/// account: request history, price, the model's schema. One request each, with the key where it belongs.
void check_service(const FalOptions& service, const Price& price, Findings& findings, const RunContext& context);

}  // namespace react1::doctor
