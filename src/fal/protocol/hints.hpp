// SPDX-License-Identifier: Apache-2.0
// What a person can do about a problem that the service reports.
#pragma once

#include <string>

#include <react1/error.hpp>

namespace react1::fal {

/// By `type` and `ctx`, never by the wording of the message. Empty for a type that nobody knows.
[[nodiscard]] std::string hint_for(const ServiceProblem& problem);

}  // namespace react1::fal
