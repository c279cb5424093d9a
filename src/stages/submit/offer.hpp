// SPDX-License-Identifier: Apache-2.0
// The summary shown before a run pays.
#pragma once

#include <react1/pipeline.hpp>
#include <string>

namespace react1::stages {

/// One line for the user: the mode and why, the expected result, and the cost.
/// `free`: for a sandbox, which charges nothing.
[[nodiscard]] std::string offer_text(const Preparation& preparation, const RequestedParameters& requested, bool free);

}  // namespace react1::stages
