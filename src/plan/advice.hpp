// SPDX-License-Identifier: Apache-2.0
// The advice and the predictions for a model whose facts are given. Pure. The public functions of the same names
// (stages/prepare/standard_model.cpp) are about React-1.
#pragma once

#include <vector>

#include <react1/plan.hpp>

#include "core/model_rules.hpp"

namespace react1::planning {

/// What the advice and the predictions are about.
struct ModelCase {
  const ModelRules& rules;
  ModelMode mode{};
  const Price& price;
};

/// See react1::advise(). A row of the table whose mode the model does not offer is skipped.
[[nodiscard]] Advice advise(const ClipFacts& facts, const AdviceOptions& options, const ModelCase& of);
[[nodiscard]] bool advice_needs_motion(const ClipFacts& facts, const AdviceOptions& options, const ModelRules& rules);
/// Throws Error{usage} for a mode that the model does not offer.
[[nodiscard]] Prediction predict(const ClipFacts& facts, LipsyncMode mode, const ModelRules& rules, const Price& price);

/// nullptr for a mode that the model does not offer.
[[nodiscard]] const TimingRule* find_timing(const ModelRules& rules, LipsyncMode mode) noexcept;
/// Throws Error{usage} that lists the modes which the model offers.
void require_offered(const ModelRules& rules, LipsyncMode mode);
/// Whether a turn of the picture shows most, because the model leaves the head's motion alone.
[[nodiscard]] bool keeps_head_motion(const ModelRules& rules, ModelMode mode) noexcept;

/// Times in the output at which `mode` turns (bounce) or jumps (loop): k·v for every k·v < a. Empty for modes without
/// seams. facts.video_s must be > 0 for those with.
[[nodiscard]] std::vector<Seconds> seams(const ClipFacts& facts, LipsyncMode mode, const ModelRules& rules);

}  // namespace react1::planning
