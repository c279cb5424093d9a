// SPDX-License-Identifier: Apache-2.0
// React-1 by Sync Labs, at fal: everything specific to this model.
#pragma once

#include "core/model.hpp"

namespace react1::models {

[[nodiscard]] const Model& react1_model();

/// The service's side (react1_service.cpp).
[[nodiscard]] const ServiceSide& react1_service();

}  // namespace react1::models
