// SPDX-License-Identifier: Apache-2.0
#include "recipe/fields.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace react1::recipe {
namespace {

/// Decimal text of a JSON number, exact: the shortest digits that name the double are what the author wrote.
std::string decimal_text(const Document& value) {
  if (value.is_string()) return value.get<std::string>();
  std::array<char, 512> buffer{};  // the longest double without an exponent has some 330 digits
  const auto [end, error] =
      value.is_number_integer()
          ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.get<std::int64_t>())
          : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.get<double>(), std::chars_format::fixed);
  if (error != std::errc{}) throw std::invalid_argument("not a number of ordinary size");
  return {buffer.data(), end};
}

Rational exact(const Document& value) {
  return Rational::parse(decimal_text(value));
}

std::optional<Seconds> exact_or_unset(const Document& value) {
  return value.is_null() ? std::nullopt : std::optional(exact(value));
}

template <class T>
std::optional<T> value_or_unset(const Document& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

std::chrono::milliseconds milliseconds(const Document& value) {
  return std::chrono::milliseconds(value.get<std::int64_t>());
}

ListenAddress listen_address(const Document& value) {
  try {
    return parse_listen_address(value.get_ref<const std::string&>());
  } catch (const Error& error) {
    throw std::invalid_argument("allowed is " + error.hint());
  }
}

using In = const Document&;
using Out = PipelineOptions&;

constexpr std::array all_fields{
    Field{"/window/video/start_s", "prepare.video_window.start",
          [](In v, Out o) { o.prepare.video_window.start = exact_or_unset(v); }},
    Field{"/window/video/duration_s", "prepare.video_window.duration",
          [](In v, Out o) { o.prepare.video_window.duration = exact_or_unset(v); }},
    Field{"/window/video/end_s", "prepare.video_window.end",
          [](In v, Out o) { o.prepare.video_window.end = exact_or_unset(v); }},
    Field{"/window/audio/start_s", "prepare.audio_window.start",
          [](In v, Out o) { o.prepare.audio_window.start = exact_or_unset(v); }},
    Field{"/window/audio/duration_s", "prepare.audio_window.duration",
          [](In v, Out o) { o.prepare.audio_window.duration = exact_or_unset(v); }},
    Field{"/window/audio/end_s", "prepare.audio_window.end",
          [](In v, Out o) { o.prepare.audio_window.end = exact_or_unset(v); }},

    Field{"/window/choose", "prepare.window",
          [](In v, Out o) { o.prepare.window = parse_window_choice(v.get_ref<const std::string&>()); }},
    Field{"/window/same_take", "prepare.same_take", [](In v, Out o) { o.prepare.same_take = v.get<bool>(); }},
    Field{"/window/cut", "prepare.cut.policy",
          [](In v, Out o) { o.prepare.cut.policy = parse_cut_policy(v.get_ref<const std::string&>()); }},
    Field{"/window/cut_lookback_s", "prepare.cut.lookback_s", [](In v, Out o) { o.prepare.cut.lookback_s = exact(v); }},
    Field{"/window/cut_fade_s", "prepare.cut.fade_s", [](In v, Out o) { o.prepare.cut.fade_s = exact(v); }},

    Field{"/preprocess/max_duration_s", "prepare.max_duration_s",
          [](In v, Out o) { o.prepare.max_duration_s = exact(v); }},
    Field{"/preprocess/fps", "prepare.fps",
          [](In v, Out o) { o.prepare.fps = parse_fps_policy(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/reencode", "prepare.reencode",
          [](In v, Out o) { o.prepare.reencode = parse_reencode_policy(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/max_cut_loss_s", "prepare.max_cut_loss_s",
          [](In v, Out o) { o.prepare.max_cut_loss_s = exact(v); }},
    Field{"/preprocess/copy_check", "prepare.copy_check",
          [](In v, Out o) { o.prepare.copy_check = parse_copy_check(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/color", "prepare.color",
          [](In v, Out o) { o.prepare.color = parse_color_policy(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/max_loss_s", "prepare.max_loss_s", [](In v, Out o) { o.prepare.max_loss_s = exact(v); }},
    Field{"/preprocess/salvage", "prepare.salvage", [](In v, Out o) { o.prepare.salvage = v.get<bool>(); }},
    Field{"/preprocess/conform", "prepare.conform",
          [](In v, Out o) { o.prepare.conform = parse_conform(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/conform_turn_reach_s", "prepare.conform_turn_reach_s",
          [](In v, Out o) { o.prepare.conform_turn_reach_s = exact(v); }},
    Field{"/preprocess/max_width", "prepare.max_width", [](In v, Out o) { o.prepare.max_width = v.get<int>(); }},
    Field{"/preprocess/max_height", "prepare.max_height", [](In v, Out o) { o.prepare.max_height = v.get<int>(); }},
    Field{"/preprocess/quality", "prepare.quality",
          [](In v, Out o) { o.prepare.quality = parse_quality(v.get_ref<const std::string&>()); }},
    Field{"/preprocess/video_crf", "prepare.video_crf",
          [](In v, Out o) { o.prepare.video_crf = value_or_unset<int>(v); }},
    Field{"/preprocess/video_preset", "prepare.video_preset",
          [](In v, Out o) { o.prepare.video_preset = value_or_unset<std::string>(v); }},
    Field{"/preprocess/audio_bitrate_kbps_per_channel", "prepare.audio_bitrate_kbps_per_channel",
          [](In v, Out o) { o.prepare.audio_bitrate_kbps_per_channel = value_or_unset<int>(v); }},
    Field{"/preprocess/loudness_lufs", "prepare.loudness_lufs",
          [](In v, Out o) { o.prepare.loudness_lufs = v.is_null() ? std::nullopt : std::optional(v.get<double>()); }},
    Field{"/preprocess/stall_timeout_ms", "prepare.source.stall_timeout",
          [](In v, Out o) { o.prepare.source.stall_timeout = milliseconds(v); }},
    Field{"/preprocess/decode_timeout_ms", "prepare.source.decode_timeout",
          [](In v, Out o) { o.prepare.source.decode_timeout = milliseconds(v); }},
    Field{"/preprocess/max_source_bytes", "prepare.source.max_source_bytes",
          [](In v, Out o) { o.prepare.source.max_source_bytes = v.get<std::int64_t>(); }},
    Field{"/preprocess/max_spooled_bytes", "prepare.source.max_spooled_bytes",
          [](In v, Out o) { o.prepare.source.max_spooled_bytes = v.get<std::int64_t>(); }},

    Field{"/parameters/emotion", "parameters.emotion",
          [](In v, Out o) {
            o.parameters.emotion =
                v.is_null() ? std::nullopt : std::optional(parse_emotion(v.get_ref<const std::string&>()));
          }},
    Field{"/parameters/model_mode", "parameters.model_mode",
          [](In v, Out o) { o.parameters.model_mode = parse_model_mode(v.get_ref<const std::string&>()); }},
    Field{"/parameters/lipsync_mode", "parameters.lipsync_mode",
          [](In v, Out o) {
            o.parameters.lipsync_mode =
                v == "auto" ? std::nullopt : std::optional(parse_lipsync_mode(v.get_ref<const std::string&>()));
          }},
    Field{"/parameters/temperature", "parameters.temperature",
          [](In v, Out o) { o.parameters.temperature = v.get<double>(); }},

    Field{"/advice/goal", "advice.goal",
          [](In v, Out o) { o.advice.goal = parse_goal(v.get_ref<const std::string&>()); }},
    Field{"/advice/min_video_s", "advice.min_video_s", [](In v, Out o) { o.advice.min_video_s = exact(v); }},
    Field{"/advice/min_frames", "advice.min_frames", [](In v, Out o) { o.advice.min_frames = v.get<std::int64_t>(); }},
    Field{"/advice/lost_tail_warn_s", "advice.lost_tail_warn_s",
          [](In v, Out o) { o.advice.lost_tail_warn_s = exact(v); }},
    Field{"/advice/lost_tail_warn_share", "advice.lost_tail_warn_share",
          [](In v, Out o) { o.advice.lost_tail_warn_share = exact(v); }},
    Field{"/advice/remap_speed_up", "advice.remap_speed_up", [](In v, Out o) { o.advice.remap_speed_up = exact(v); }},
    Field{"/advice/remap_slow_down", "advice.remap_slow_down",
          [](In v, Out o) { o.advice.remap_slow_down = exact(v); }},
    Field{"/advice/remap_slow_down_warn", "advice.remap_slow_down_warn",
          [](In v, Out o) { o.advice.remap_slow_down_warn = exact(v); }},
    Field{"/advice/one_turn", "advice.one_turn", [](In v, Out o) { o.advice.one_turn = exact(v); }},
    Field{"/advice/many_turns", "advice.many_turns", [](In v, Out o) { o.advice.many_turns = exact(v); }},
    Field{"/advice/bounce_lips_only", "advice.bounce_lips_only",
          [](In v, Out o) { o.advice.bounce_lips_only = exact(v); }},
    Field{"/advice/voice_gate_dbfs", "advice.voice_gate_dbfs",
          [](In v, Out o) { o.advice.voice_gate_dbfs = v.get<double>(); }},
    Field{"/advice/voice_tail_s", "advice.voice_tail_s", [](In v, Out o) { o.advice.voice_tail_s = exact(v); }},
    Field{"/advice/loop_ssim", "advice.loop_ssim", [](In v, Out o) { o.advice.loop_ssim = v.get<double>(); }},
    Field{"/advice/loop_step", "advice.loop_step", [](In v, Out o) { o.advice.loop_step = v.get<double>(); }},
    Field{"/advice/static_motion", "advice.static_motion",
          [](In v, Out o) { o.advice.static_motion = v.get<double>(); }},
    Field{"/advice/static_travel", "advice.static_travel",
          [](In v, Out o) { o.advice.static_travel = v.get<double>(); }},
    Field{"/advice/scene_cut", "advice.scene_cut", [](In v, Out o) { o.advice.scene_cut = v.get<double>(); }},

    Field{"/retry/attempts", "retry.attempts", [](In v, Out o) { o.retry.attempts = v.get<int>(); }},
    Field{"/retry/base_delay_ms", "retry.base_delay", [](In v, Out o) { o.retry.base_delay = milliseconds(v); }},
    Field{"/retry/max_delay_ms", "retry.max_delay", [](In v, Out o) { o.retry.max_delay = milliseconds(v); }},
    Field{"/wait/max_wait_ms", "max_wait", [](In v, Out o) { o.max_wait = milliseconds(v); }},
    Field{"/wait/stall_timeout_ms", "stall_timeout", [](In v, Out o) { o.stall_timeout = milliseconds(v); }},
    Field{"/upload/reuse", "upload.reuse", [](In v, Out o) { o.upload.reuse = v.get<bool>(); }},
    Field{"/upload/expires_after_s", "upload.lifecycle.expires_after",
          [](In v, Out o) {
            o.upload.lifecycle.expires_after =
                v.is_null() ? std::nullopt : std::optional(std::chrono::seconds(v.get<std::int64_t>()));
          }},
    Field{"/upload/parts_at_once", "upload.parts_at_once", [](In v, Out o) { o.upload.parts_at_once = v.get<int>(); }},
    Field{"/upload/multipart_above_bytes", "upload.multipart_above",
          [](In v, Out o) { o.upload.multipart_above = v.get<std::int64_t>(); }},
    Field{"/price/output_usd_per_minute", "price.usd_per_minute",
          [](In v, Out o) { o.price.usd_per_minute = exact(v); }},
    Field{"/price/ask_account", "ask_price", [](In v, Out o) { o.ask_price = v.get<bool>(); }},
    Field{"/budget/max_cost_usd", "budget.max_cost_usd",
          [](In v, Out o) { o.budget.max_cost_usd = v.is_null() ? std::nullopt : std::optional(exact(v)); }},
    Field{"/budget/per_day_usd", "budget.per_day_usd",
          [](In v, Out o) { o.budget.per_day_usd = v.is_null() ? std::nullopt : std::optional(exact(v)); }},
    Field{"/wait/on_max_wait", "on_max_wait",
          [](In v, Out o) { o.on_max_wait = parse_wait_policy(v.get_ref<const std::string&>()); }},
    Field{"/wait/max_queue_wait_ms", "max_queue_wait",
          [](In v, Out o) { o.max_queue_wait = v.is_null() ? std::nullopt : std::optional(milliseconds(v)); }},
    Field{"/wait/on_max_queue_wait", "on_max_queue_wait",
          [](In v, Out o) { o.on_max_queue_wait = parse_wait_policy(v.get_ref<const std::string&>()); }},
    Field{"/wait/on_interrupt", "on_interrupt",
          [](In v, Out o) { o.on_interrupt = parse_on_interrupt(v.get_ref<const std::string&>()); }},
    Field{"/lost_answer/look_up", "lost_answer.look_up", [](In v, Out o) { o.lost_answer.look_up = v.get<bool>(); }},
    Field{"/lost_answer/attempts", "lost_answer.attempts", [](In v, Out o) { o.lost_answer.attempts = v.get<int>(); }},
    Field{"/lost_answer/base_delay_ms", "lost_answer.base_delay",
          [](In v, Out o) { o.lost_answer.base_delay = milliseconds(v); }},
    Field{"/lost_answer/max_delay_ms", "lost_answer.max_delay",
          [](In v, Out o) { o.lost_answer.max_delay = milliseconds(v); }},
    Field{"/lost_answer/max_wait_ms", "lost_answer.max_wait",
          [](In v, Out o) { o.lost_answer.max_wait = milliseconds(v); }},
    Field{"/webhook/listen", "webhook.listen",
          [](In v, Out o) { o.webhook.listen = v.is_null() ? std::nullopt : std::optional(listen_address(v)); }},
    Field{"/webhook/url", "webhook.url",
          [](In v, Out o) { o.webhook.url = v.is_null() ? std::string() : v.get<std::string>(); }},
    Field{"/webhook/poll_interval_ms", "webhook.poll_interval",
          [](In v, Out o) { o.webhook.poll_interval = milliseconds(v); }},
    Field{"/webhook/poll_interval_max_ms", "webhook.poll_interval_max",
          [](In v, Out o) { o.webhook.poll_interval_max = milliseconds(v); }},
    Field{"/storage/clips_directory", "clips_directory",
          [](In v, Out o) { o.clips_directory = v.is_null() ? std::string() : v.get<std::string>(); }},
};

}  // namespace

std::span<const Field> fields() noexcept {
  return all_fields;
}

std::string path_of_option(std::string_view option) {
  for (const Field& field : all_fields) {
    if (field.option == option) return shown_path(field.pointer);
    const bool within = field.option.size() > option.size() && field.option.substr(0, option.size()) == option &&
                        field.option[option.size()] == '.';
    if (within) return shown_path(field.pointer.substr(0, field.pointer.rfind('/')));
  }
  return std::string(option);
}

}  // namespace react1::recipe
