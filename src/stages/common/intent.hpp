// SPDX-License-Identifier: Apache-2.0
// Whether two requests are the same: both clips' content, the six parameters and the service.
#pragma once

#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// sha256 over the contents of both clips, the parameters and the service. All sandboxes are one service: their port
/// changes, their behaviour does not.
[[nodiscard]] std::string intent_of(const Preparation& preparation, const Parameters& parameters,
                                    const ServiceIdentity& service);

/// Stores in the job where it is submitted to.
void name_service(Job& job, const ServiceIdentity& service);

/// A job that an older program recorded as one of the paid service because of its configuration, although a service on
/// this machine had accepted it: its request's own URLs point to this machine.
[[nodiscard]] bool is_misnamed_rehearsal(const Job& job);

}  // namespace react1::stages
