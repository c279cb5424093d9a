// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/validation.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "core/boundary.hpp"
#include "core/redact.hpp"
#include "plan/plan_words.hpp"
#include "plan/window_rule.hpp"
#include "recipe/options/table.hpp"

namespace react1 {
namespace recipe {
namespace {

using planning::brief;

/// The last name of "retry.base_delay".
std::string_view short_name(std::string_view member) {
  return member.substr(member.rfind('.') + 1);
}

/// Rules over several members. What one member may be is in its row.
class Rules {
 public:
  explicit Rules(const PipelineOptions& options) : options_(options) {}

  std::vector<Problem> check() {
    check_windows();
    check_advice();
    in_order("retry.base_delay", options_.retry.base_delay, "retry.max_delay", options_.retry.max_delay);
    const LostAnswerOptions& lost = options_.lost_answer;
    in_order("lost_answer.base_delay", lost.base_delay, "lost_answer.max_delay", lost.max_delay);
    const WebhookPlan& webhook = options_.webhook;
    in_order("webhook.poll_interval", webhook.poll_interval, "webhook.poll_interval_max", webhook.poll_interval_max);
    // Not repeated in the message: its query may hold a token.
    if (!webhook.url.empty() && !is_http_url(webhook.url)) add("webhook.url", "is not an http(s) URL");
    return std::move(problems_);
  }

 private:
  void add(std::string member, std::string text) { problems_.push_back({std::move(member), std::move(text)}); }

  void check_windows() {
    const PrepareOptions& prepare = options_.prepare;
    for (const auto& problem : planning::window_problems(prepare.video_window)) add("prepare.video_window", problem);
    for (const auto& problem : planning::window_problems(prepare.audio_window)) add("prepare.audio_window", problem);
    if (prepare.same_take && prepare.video_window != prepare.audio_window) {
      add("prepare.same_take", "needs one window for both clips, but theirs differ");
    }
  }

  void check_advice() {
    const AdviceOptions& advice = options_.advice;
    in_order("advice.remap_slow_down", advice.remap_slow_down, "advice.remap_slow_down_warn",
             advice.remap_slow_down_warn);
    in_order("advice.remap_slow_down_warn", advice.remap_slow_down_warn, "advice.one_turn", advice.one_turn);
    in_order("advice.one_turn", advice.one_turn, "advice.many_turns", advice.many_turns);
  }

  void in_order(std::string_view low_member, const Rational& low, std::string_view high_member, const Rational& high) {
    if (low <= high) return;
    add(std::string(high_member),
        fmt::format("is {}; it must not be below {}, which is {}", brief(high), short_name(low_member), brief(low)));
  }
  void in_order(std::string_view low_member, std::chrono::milliseconds low, std::string_view high_member,
                std::chrono::milliseconds high) {
    if (low <= high) return;
    add(std::string(high_member), fmt::format("is {} ms; it must not be below {}, which is {} ms", high.count(),
                                              short_name(low_member), low.count()));
  }

  const PipelineOptions& options_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> find_problems(const PipelineOptions& options) {
  std::vector<Problem> problems;
  for (const Option& row : option_table()) {
    if (!row.problem) continue;
    if (auto text = row.problem(options)) problems.push_back({std::string(row.member), *std::move(text)});
  }
  for (Problem& problem : Rules(options).check()) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace recipe

std::vector<std::string> PipelineOptions::validate() const {
  return at_boundary("validate", [this] {
    std::vector<std::string> sentences;
    for (const recipe::Problem& problem : recipe::find_problems(*this)) {
      sentences.push_back(problem.member + (problem.member.ends_with("_window") ? ": " : " ") + problem.text);
    }
    return sentences;
  });
}

}  // namespace react1
