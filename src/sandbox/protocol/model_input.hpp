// SPDX-License-Identifier: Apache-2.0
// The model's input as received, checked against the schema alone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <react1/plan.hpp>

#include "core/json_text.hpp"
#include "core/model.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {

struct ModelInput {
  const Model* model = nullptr;  ///< never null
  std::string video_url{}, audio_url{};
  LipsyncMode lipsync_mode{};
  Json parameters = Json::object();  ///< every other field and the mode, in the schema's order, with defaults filled in
};

/// Either a valid input or every problem of it, as the service's schema check would name them.
[[nodiscard]] std::variant<ModelInput, std::vector<Problem>> parse_model_input(const Model& model,
                                                                               std::string_view body);

/// The name of the field of this role; the model has exactly one.
[[nodiscard]] std::string_view field_of(const Model& model, ServiceField::Role role);

/// The same as an OpenAPI document of the endpoint.
[[nodiscard]] Json input_schema(const Model& model);

}  // namespace react1::sandbox
