// SPDX-License-Identifier: Apache-2.0
#include "core/enum_names.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <string>

#include "core/nearest.hpp"
#include "core/number.hpp"

namespace react1 {

std::size_t index_of_word(std::span<const std::string_view> words, std::string_view what, std::string_view text) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return i;
  }
  const auto guess = nearest(text, words);
  throw Error(ErrorCode::usage, std::string(what), fmt::format("\"{}\" is not one of {}", text, fmt::join(words, ", ")),
              {.hint = guess ? fmt::format("did you mean \"{}\"?", *guess) : std::string{}});
}

}  // namespace react1

namespace react1::REACT1_ABI {

std::string_view to_string(Stage stage) noexcept {
  return enum_word(stage);
}
std::string_view to_string(FactSource source) noexcept {
  return enum_word(source);
}
std::string_view to_string(ClipAction action) noexcept {
  return enum_word(action);
}
std::string_view to_string(Conform conform) noexcept {
  return enum_word(conform);
}
std::string_view to_string(LogLevel level) noexcept {
  return enum_word(level);
}
std::string_view to_string(Verdict verdict) noexcept {
  return enum_word(verdict);
}
std::string_view to_string(JobState state) noexcept {
  return enum_word(state);
}
std::string_view to_string(Emotion emotion) noexcept {
  return enum_word(emotion);
}
std::string_view to_string(ModelMode mode) noexcept {
  return enum_word(mode);
}
std::string_view to_string(LipsyncMode mode) noexcept {
  return enum_word(mode);
}
std::string_view to_string(Goal goal) noexcept {
  return enum_word(goal);
}

FpsPolicy parse_fps_policy(std::string_view text) {
  return parse_enum<FpsPolicy>("fps", text);
}
ReencodePolicy parse_reencode_policy(std::string_view text) {
  return parse_enum<ReencodePolicy>("reencode", text);
}
CopyCheck parse_copy_check(std::string_view text) {
  return parse_enum<CopyCheck>("copy_check", text);
}
ColorPolicy parse_color_policy(std::string_view text) {
  return parse_enum<ColorPolicy>("color", text);
}
WaitPolicy parse_wait_policy(std::string_view text) {
  return parse_enum<WaitPolicy>("wait_policy", text);
}
OnInterrupt parse_on_interrupt(std::string_view text) {
  return parse_enum<OnInterrupt>("on_interrupt", text);
}
ListenAddress parse_listen_address(std::string_view text) {
  ListenAddress listen;
  const std::size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (colon != std::string_view::npos) listen.address = text.substr(0, colon);
  const auto number = read_number<std::uint16_t>(port);
  listen.port = number.value_or(0);
  if (!number || listen.address.empty() || listen.address.find_first_not_of("0123456789.") != std::string::npos) {
    throw Error(ErrorCode::usage, "listen", fmt::format("\"{}\" is no address to listen on", text),
                {.hint = "a port from 0 to 65535, as in 8080, or an IPv4 address before it, as in 0.0.0.0:8080"});
  }
  return listen;
}
Conform parse_conform(std::string_view text) {
  return parse_enum<Conform>("conform", text);
}
WindowChoice parse_window_choice(std::string_view text) {
  return parse_enum<WindowChoice>("window", text);
}
CutPolicy parse_cut_policy(std::string_view text) {
  return parse_enum<CutPolicy>("cut", text);
}
Quality parse_quality(std::string_view text) {
  return parse_enum<Quality>("quality", text);
}
Emotion parse_emotion(std::string_view text) {
  return parse_enum<Emotion>("emotion", text);
}
ModelMode parse_model_mode(std::string_view text) {
  return parse_enum<ModelMode>("model_mode", text);
}
LipsyncMode parse_lipsync_mode(std::string_view text) {
  return parse_enum<LipsyncMode>("lipsync_mode", text);
}
Goal parse_goal(std::string_view text) {
  return parse_enum<Goal>("goal", text);
}

}  // namespace react1::REACT1_ABI
