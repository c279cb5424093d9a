// SPDX-License-Identifier: Apache-2.0
// Options as they hold for one model.
#pragma once

#include <react1/pipeline.hpp>

#include "core/model_rules.hpp"

namespace react1::planning {

/// The options of `asked` for a model with these rules. A limit of clips, and the price, that are those of `standard`
/// are defaults that nobody has changed: the model's own take their place. Clips are never longer or larger than the
/// model takes.
[[nodiscard]] PipelineOptions for_model(PipelineOptions asked, const ModelRules& rules, const ModelRules& standard);

}  // namespace react1::planning
