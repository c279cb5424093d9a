// SPDX-License-Identifier: Apache-2.0
// The public functions of plan.hpp that are about a model: React-1, whose facts they hand to plan.
#include <react1/plan.hpp>

#include "core/boundary.hpp"
#include "models/registry.hpp"
#include "plan/advice.hpp"

namespace react1::REACT1_ABI {

bool advice_needs_motion(const ClipFacts& facts, const AdviceOptions& options) {
  return at_boundary("advice_needs_motion",
                     [&] { return planning::advice_needs_motion(facts, options, models::standard().rules); });
}

Advice advise(const ClipFacts& facts, ModelMode model_mode, const AdviceOptions& options, const Price& price) {
  return at_boundary("advise", [&] {
    return planning::advise(facts, options, {.rules = models::standard().rules, .mode = model_mode, .price = price});
  });
}

Prediction predict(const ClipFacts& facts, LipsyncMode mode, const Price& price) {
  return at_boundary("predict", [&] { return planning::predict(facts, mode, models::standard().rules, price); });
}

}  // namespace react1::REACT1_ABI
