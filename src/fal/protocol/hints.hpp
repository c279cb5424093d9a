// SPDX-License-Identifier: Apache-2.0
// Hints for problems that the service reports.
#pragma once

#include <string>

#include <react1/error.hpp>

namespace react1::fal {

/// By `type` and `ctx`, never by the wording of the message. Empty for an unknown type.
[[nodiscard]] std::string hint_for(const ServiceProblem& problem);

}  // namespace react1::fal
