// SPDX-License-Identifier: Apache-2.0
#include "plan/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/boundary.hpp"
#include "core/redact.hpp"
#include "plan/plan_words.hpp"
#include "plan/window_rule.hpp"

namespace react1 {
namespace planning {
namespace {

constexpr std::array<std::string_view, 10> presets{"ultrafast", "superfast", "veryfast", "faster",   "fast",
                                                   "medium",    "slow",      "slower",   "veryslow", "placebo"};

/// Collects findings; each check adds at most one.
class Findings {
 public:
  void add(std::string field, std::string text) { problems_.push_back({std::move(field), std::move(text)}); }

  void within(const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high) add(field, fmt::format("is {}; allowed are {} to {}", value, low, high));
  }
  void within(const char* field, double value, double low, double high) {
    if (!std::isfinite(value) || value < low || value > high) {
      add(field, fmt::format("is {}; allowed are {} to {}", value, low, high));
    }
  }
  void within(const char* field, const Rational& value, const Rational& low, const Rational& high) {
    if (value < low || value > high) {
      add(field, fmt::format("is {}; allowed are {} to {}", brief(value), brief(low), brief(high)));
    }
  }
  void above_zero(const char* field, const Rational& value) {
    if (value <= 0) add(field, fmt::format("is {}; it must be above 0", brief(value)));
  }
  void at_least(const char* field, const Rational& value, const Rational& low) {
    if (value < low) add(field, fmt::format("is {}; it must be at least {}", brief(value), brief(low)));
  }
  void in_order(const char* low_field, const Rational& low, const char* high_field, const Rational& high) {
    if (low > high) {
      add(high_field,
          fmt::format("is {}; it must not be below {}, which is {}", brief(high),
                      std::string_view(low_field).substr(std::string_view(low_field).rfind('.') + 1), brief(low)));
    }
  }

  [[nodiscard]] std::vector<Problem> take() { return std::move(problems_); }

 private:
  std::vector<Problem> problems_;
};

void check_source(const SourceOptions& source, Findings& findings) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 62;
  findings.within("prepare.source.stall_timeout", std::int64_t{source.stall_timeout.count()}, 100, 3'600'000);
  findings.within("prepare.source.decode_timeout", std::int64_t{source.decode_timeout.count()}, 100, 3'600'000);
  findings.within("prepare.source.max_source_bytes", source.max_source_bytes, 1, most_bytes);
  findings.within("prepare.source.max_spooled_bytes", source.max_spooled_bytes, 1, most_bytes);
  findings.within("prepare.source.max_streams", std::int64_t{source.max_streams}, 1, 1000);
  findings.within("prepare.source.max_pixels", source.max_pixels, 1, INT32_MAX);
  findings.within("prepare.source.max_channels", std::int64_t{source.max_channels}, 1, 64);
  findings.within("prepare.source.max_sample_rate", std::int64_t{source.max_sample_rate}, 8000, INT32_MAX);
  findings.within("prepare.source.max_packet_bytes", source.max_packet_bytes, 1, INT32_MAX);
}

void check_prepare(const PrepareOptions& prepare, Findings& findings) {
  for (const auto& problem : window_problems(prepare.video_window)) findings.add("prepare.video_window", problem);
  for (const auto& problem : window_problems(prepare.audio_window)) findings.add("prepare.audio_window", problem);
  if (prepare.same_take && prepare.video_window != prepare.audio_window) {
    findings.add("prepare.same_take", "needs one window for both clips, but theirs differ");
  }
  findings.within("prepare.cut.lookback_s", prepare.cut.lookback_s, Rational(0), Rational(15));
  findings.within("prepare.cut.fade_s", prepare.cut.fade_s, Rational(0), Rational(1, 10));
  if (prepare.loudness_lufs) findings.within("prepare.loudness_lufs", *prepare.loudness_lufs, -70.0, -5.0);
  // The service's limit may be tightened, never loosened: a longer clip would be refused after the upload.
  findings.within("prepare.max_duration_s", prepare.max_duration_s, Rational(1), Rational(15));
  findings.within("prepare.max_cut_loss_s", prepare.max_cut_loss_s, Rational(0), Rational(15));
  findings.within("prepare.max_loss_s", prepare.max_loss_s, Rational(0), Rational(15));
  findings.within("prepare.conform_turn_reach_s", prepare.conform_turn_reach_s, Rational(0), Rational(15));
  findings.within("prepare.max_width", std::int64_t{prepare.max_width}, 16, 4096);
  findings.within("prepare.max_height", std::int64_t{prepare.max_height}, 16, 2160);
  if (prepare.video_crf) findings.within("prepare.video_crf", std::int64_t{*prepare.video_crf}, 0, 51);
  if (prepare.video_preset && std::find(presets.begin(), presets.end(), *prepare.video_preset) == presets.end()) {
    findings.add("prepare.video_preset",
                 fmt::format("is \"{}\"; allowed are {}", *prepare.video_preset, fmt::join(presets, ", ")));
  }
  if (const auto kbps = prepare.audio_bitrate_kbps_per_channel) {
    findings.within("prepare.audio_bitrate_kbps_per_channel", std::int64_t{*kbps}, 32, 160);
  }
  check_source(prepare.source, findings);
}

void check_advice(const AdviceOptions& advice, Findings& findings) {
  findings.above_zero("advice.min_video_s", advice.min_video_s);
  findings.within("advice.min_frames", advice.min_frames, 1, 450);
  findings.at_least("advice.lost_tail_warn_s", advice.lost_tail_warn_s, 0);
  findings.within("advice.lost_tail_warn_share", advice.lost_tail_warn_share, Rational(0), Rational(1));
  findings.at_least("advice.remap_speed_up", advice.remap_speed_up, 1);
  findings.at_least("advice.remap_slow_down", advice.remap_slow_down, 1);
  findings.in_order("advice.remap_slow_down", advice.remap_slow_down, "advice.remap_slow_down_warn",
                    advice.remap_slow_down_warn);
  findings.in_order("advice.remap_slow_down_warn", advice.remap_slow_down_warn, "advice.one_turn", advice.one_turn);
  findings.in_order("advice.one_turn", advice.one_turn, "advice.many_turns", advice.many_turns);
  findings.at_least("advice.bounce_lips_only", advice.bounce_lips_only, 1);
  findings.within("advice.voice_gate_dbfs", advice.voice_gate_dbfs, -120.0, 0.0);
  findings.within("advice.voice_tail_s", advice.voice_tail_s, Rational(0), Rational(15));
  findings.within("advice.loop_ssim", advice.loop_ssim, 0.0, 1.0);
  findings.within("advice.loop_step", advice.loop_step, 0.0, 1000.0);
  findings.within("advice.static_motion", advice.static_motion, 0.0, 1.0);
  findings.within("advice.static_travel", advice.static_travel, 0.0, 10.0);
  findings.within("advice.scene_cut", advice.scene_cut, 0.0, 1.0);
}

void check_webhook(const WebhookPlan& webhook, Findings& findings) {
  // Not repeated in the message: its query may hold a token.
  if (!webhook.url.empty() && !is_http_url(webhook.url)) findings.add("webhook.url", "is no http(s) URL");
  findings.within("webhook.poll_interval", std::int64_t{webhook.poll_interval.count()}, 1, 3'600'000);
  findings.within("webhook.poll_interval_max", std::int64_t{webhook.poll_interval_max.count()}, 1, 3'600'000);
  if (webhook.poll_interval_max < webhook.poll_interval) {
    findings.add("webhook.poll_interval_max",
                 fmt::format("is {} ms; it must not be below poll_interval, which is {} ms",
                             webhook.poll_interval_max.count(), webhook.poll_interval.count()));
  }
}

void check_lost_answer(const LostAnswerOptions& lost, Findings& findings) {
  findings.within("lost_answer.attempts", std::int64_t{lost.attempts}, 1, 1000);
  findings.within("lost_answer.base_delay", std::int64_t{lost.base_delay.count()}, 1, 3'600'000);
  findings.within("lost_answer.max_delay", std::int64_t{lost.max_delay.count()}, 1, 3'600'000);
  findings.within("lost_answer.max_wait", std::int64_t{lost.max_wait.count()}, 0, 604'800'000);
  if (lost.max_delay < lost.base_delay) {
    findings.add("lost_answer.max_delay", fmt::format("is {} ms; it must not be below base_delay, which is {} ms",
                                                      lost.max_delay.count(), lost.base_delay.count()));
  }
}

}  // namespace

std::vector<Problem> find_problems(const PipelineOptions& options) {
  Findings findings;
  check_prepare(options.prepare, findings);
  findings.within("parameters.temperature", options.parameters.temperature, 0.0, 1.0);
  check_advice(options.advice, findings);
  findings.at_least("price.usd_per_minute", options.price.usd_per_minute, 0);
  if (options.budget.max_cost_usd) findings.at_least("budget.max_cost_usd", *options.budget.max_cost_usd, 0);
  if (options.budget.per_day_usd) findings.at_least("budget.per_day_usd", *options.budget.per_day_usd, 0);
  findings.within("retry.attempts", std::int64_t{options.retry.attempts}, 1, 20);
  findings.within("retry.base_delay", std::int64_t{options.retry.base_delay.count()}, 1, 3'600'000);
  findings.within("retry.max_delay", std::int64_t{options.retry.max_delay.count()}, 1, 3'600'000);
  if (options.retry.max_delay < options.retry.base_delay) {
    findings.add("retry.max_delay", fmt::format("is {} ms; it must not be below base_delay, which is {} ms",
                                                options.retry.max_delay.count(), options.retry.base_delay.count()));
  }
  findings.within("stall_timeout", std::int64_t{options.stall_timeout.count()}, 1, 3'600'000);
  findings.within("upload.parts_at_once", std::int64_t{options.upload.parts_at_once}, 1, 16);
  findings.within("upload.multipart_above", options.upload.multipart_above, 0, 90 << 20);
  findings.within("upload.lifecycle.expires_after",
                  std::int64_t{options.upload.lifecycle.expires_after.value_or(std::chrono::seconds(1)).count()}, 1,
                  3'153'600'000);
  findings.within("max_wait", std::int64_t{options.max_wait.count()}, 1, 604'800'000);
  if (options.max_queue_wait) {
    findings.within("max_queue_wait", std::int64_t{options.max_queue_wait->count()}, 1, 604'800'000);
  }
  check_webhook(options.webhook, findings);
  check_lost_answer(options.lost_answer, findings);
  return findings.take();
}

}  // namespace planning

std::vector<std::string> PipelineOptions::validate() const {
  return at_boundary("validate", [this] {
    std::vector<std::string> sentences;
    for (const planning::Problem& problem : planning::find_problems(*this)) {
      sentences.push_back(problem.field + (problem.field.ends_with("_window") ? ": " : " ") + problem.text);
    }
    return sentences;
  });
}

}  // namespace react1
