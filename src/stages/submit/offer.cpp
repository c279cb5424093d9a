// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/offer.hpp"

#include <fmt/format.h>

#include "plan/plan_words.hpp"

namespace react1::stages {
namespace {

std::string why(const Advice& advice, const RequestedParameters& requested) {
  if (requested.lipsync_mode) return "as requested";
  return fmt::format("advised: {}", fmt::join(advice.reasons, " "));
}

std::string source_of(const Price& price) {
  return price.asked_at.empty() ? "the recipe's price" : fmt::format("the account's price of {}", price.asked_at);
}

}  // namespace

std::string offer_text(const Preparation& preparation, const RequestedParameters& requested, bool free) {
  const Prediction& expected = preparation.prediction;
  const std::string cost =
      free ? "free of charge (sandbox)"
           : fmt::format("costs {} USD at {} USD a minute, {}", expected.cost_usd.to_decimal(2),
                         preparation.price.usd_per_minute.to_decimal(2), source_of(preparation.price));
  return fmt::format("{}: {} s expected, {} frames at {} fps; lipsync_mode {}, {}", cost,
                     expected.duration_s.to_decimal(3), expected.frames, planning::rate_text(expected.fps),
                     to_string(expected.lipsync_mode), why(preparation.advice, requested));
}

}  // namespace react1::stages
