// SPDX-License-Identifier: Apache-2.0
#include "plan/model_limits.hpp"

#include <algorithm>

namespace react1::planning {

PipelineOptions for_model(PipelineOptions asked, const ModelRules& rules, const ModelRules& standard) {
  const auto limit = [&](auto& option, auto member) {
    option = option == standard.*member ? rules.*member : std::min(option, rules.*member);
  };
  limit(asked.prepare.max_duration_s, &ModelRules::longest);
  limit(asked.prepare.max_width, &ModelRules::max_width);
  limit(asked.prepare.max_height, &ModelRules::max_height);
  const bool is_default = asked.price.asked_at.empty() && asked.price.usd_per_minute == standard.usd_per_minute;
  if (is_default) asked.price.usd_per_minute = rules.usd_per_minute;
  return asked;
}

}  // namespace react1::planning
