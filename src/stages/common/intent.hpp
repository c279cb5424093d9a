// SPDX-License-Identifier: Apache-2.0
// What makes two requests the same: both clips' content, the six parameters and where they are sent.
#pragma once

#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// sha256 over the contents of both clips, the parameters and the service. All sandboxes are one service: their port
/// changes, what they do does not.
[[nodiscard]] std::string intent_of(const Preparation& preparation, const Parameters& parameters,
                                    const ServiceIdentity& service);

/// Writes into the job where it is submitted to.
void name_service(Job& job, const ServiceIdentity& service);

/// A job that an older program recorded as one of the paid service, because it was told so, although this machine had
/// taken it: its request's own URLs lead here.
[[nodiscard]] bool is_misnamed_rehearsal(const Job& job);

}  // namespace react1::stages
