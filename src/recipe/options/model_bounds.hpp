// SPDX-License-Identifier: Apache-2.0
// Bounds of options that are React-1's limits. Those of another model are not options: plan/model_limits replaces
// unchanged defaults with them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "models/registry.hpp"
#include "plan/plan_words.hpp"

namespace react1::recipe {

[[nodiscard]] inline const ModelRules& model_bounds() {
  return models::standard().rules;
}

[[nodiscard]] inline std::string_view longest_clip_help() {
  // Rows refer to their texts, which must live as long as the table.
  static const std::string help =
      fmt::format("Longest clip, by every measure; the service takes {} s.", planning::brief(model_bounds().longest));
  return help;
}

}  // namespace react1::recipe
