// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/budget.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>

namespace react1::stages {
namespace {

std::string usd(const Rational& amount) {
  return amount.to_decimal(2) + " USD";
}

bool is_above_one_call(const Rational& cost_usd, const Budget& budget) {
  return budget.max_cost_usd && cost_usd > *budget.max_cost_usd;
}

[[noreturn]] void throw_day_is_spent(const Job& job, const Rational& budget, const Rational& spent) {
  throw Error(
      ErrorCode::balance, job.id,
      fmt::format("this call would cost {}; {} of today's {} are spent", usd(job.cost_usd), usd(spent), usd(budget)),
      {.hint = "the day ends at midnight UTC; budget.per_day_usd of the recipe is the limit", .retryable = true});
}

}  // namespace

std::int64_t day_start_ms(std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  return duration_cast<milliseconds>(floor<days>(now).time_since_epoch()).count();
}

bool is_affordable(const Rational& cost_usd, const Budget& budget, const JobStore& jobs,
                   std::chrono::system_clock::time_point now) {
  if (is_above_one_call(cost_usd, budget)) return false;
  return !budget.per_day_usd || jobs.spent_usd(day_start_ms(now)) + cost_usd <= *budget.per_day_usd;
}

void require_affordable(const Job& job, const Budget& budget, const JobStore& jobs,
                        std::chrono::system_clock::time_point now) {
  if (is_affordable(job.cost_usd, budget, jobs, now)) return;
  if (is_above_one_call(job.cost_usd, budget)) {
    throw Error(
        ErrorCode::balance, job.id,
        fmt::format("this call would cost {}, above the limit of {}", usd(job.cost_usd), usd(*budget.max_cost_usd)),
        {.hint =
             "shorten the clips, choose a mode with a shorter result (`react1 plan` lists them), or raise --max-cost"});
  }
  throw_day_is_spent(job, *budget.per_day_usd, jobs.spent_usd(day_start_ms(now)));
}

std::optional<store::DayBudget> day_budget(const Budget& budget, std::chrono::system_clock::time_point now) {
  if (!budget.per_day_usd) return std::nullopt;
  return store::DayBudget{*budget.per_day_usd, day_start_ms(now)};
}

void throw_over_budget(const Job& job, const Budget& budget, const JobStore& jobs,
                       std::chrono::system_clock::time_point now) {
  throw_day_is_spent(job, budget.per_day_usd.value(), jobs.spent_usd(day_start_ms(now)));
}

}  // namespace react1::stages
