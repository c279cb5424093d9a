// SPDX-License-Identifier: Apache-2.0
// What a run says before it pays.
#pragma once

#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// One line for people: the mode and why, what is expected back, and what it costs.
/// `free`: of a sandbox, which charges nothing.
[[nodiscard]] std::string offer_text(const Preparation& preparation, const RequestedParameters& requested, bool free);

}  // namespace react1::stages
