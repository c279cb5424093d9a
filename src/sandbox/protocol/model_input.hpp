// SPDX-License-Identifier: Apache-2.0
// The model's input as it comes over the wire, checked against the schema alone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <react1/plan.hpp>

#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {

struct ModelInput {
  std::string video_url, audio_url;
  std::string emotion, model_mode = "face";
  LipsyncMode lipsync_mode = LipsyncMode::bounce;
  double temperature = 0.5;
};

/// Either a valid input or every problem of it, as the service's schema check would name them.
[[nodiscard]] std::variant<ModelInput, std::vector<Problem>> parse_model_input(std::string_view body);

}  // namespace react1::sandbox
