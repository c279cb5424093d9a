// SPDX-License-Identifier: Apache-2.0
// Adapts options to a model.
#pragma once

#include <react1/pipeline.hpp>

#include "core/model_rules.hpp"

namespace react1::planning {

/// The options of `asked` for a model with these rules. A limit of clips, or the price, that equals that of `standard`
/// is an unchanged default: the model's own value replaces it. Clips are never longer or larger than the model
/// accepts.
[[nodiscard]] PipelineOptions for_model(PipelineOptions asked, const ModelRules& rules, const ModelRules& standard);

}  // namespace react1::planning
