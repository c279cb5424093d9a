// The words of every public enumeration, and other short texts: what JSON, flags, recipes and the wire use.
#include <fmt/format.h>

#include <array>
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/log_sink.hpp>
#include <react1/media.hpp>
#include <react1/pipeline.hpp>
#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/verification.hpp>
#include <span>
#include <string_view>

#include "core/nearest.hpp"
#include "core/number.hpp"

namespace react1::REACT1_ABI {
namespace {

// Each table is in the order of its enumeration, so that a value is its own index.
constexpr std::array<std::string_view, 8> kStages{"probe",  "prepare", "plan",     "upload",
                                                  "submit", "wait",    "download", "verify"};
constexpr std::array<std::string_view, 6> kFactSources{"decoded",       "packets",          "sample_table",
                                                       "stream_header", "container_header", "assumed"};
constexpr std::array<std::string_view, 4> kClipActions{"passthrough", "remux", "cut", "transcode"};
constexpr std::array<std::string_view, 2> kFpsPolicies{"recommended", "keep"};
constexpr std::array<std::string_view, 3> kReencodePolicies{"auto", "always", "never"};
constexpr std::array<std::string_view, 2> kCopyChecks{"decode", "packets"};
constexpr std::array<std::string_view, 3> kColorPolicies{"auto", "bt709", "keep"};
constexpr std::array<std::string_view, 6> kConforms{"off", "cut", "hold", "bounce", "remap", "auto"};
constexpr std::array<std::string_view, 2> kWindowChoices{"head", "speech"};
constexpr std::array<std::string_view, 3> kCutPolicies{"auto", "pause", "exact"};
constexpr std::array<std::string_view, 4> kQualities{"draft", "standard", "high", "lossless"};
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 3> kVerdicts{"pass", "warn", "fail"};
constexpr std::array<std::string_view, 7> kJobStates{"created", "submitting",      "submitted", "done",
                                                     "failed",  "outcome_unknown", "cancelled"};
constexpr std::array<std::string_view, 6> kEmotions{"happy", "sad", "angry", "disgusted", "surprised", "neutral"};
constexpr std::array<std::string_view, 3> kModelModes{"lips", "face", "head"};
constexpr std::array<std::string_view, 5> kLipsyncModes{"cut_off", "loop", "bounce", "silence", "remap"};
constexpr std::array<std::string_view, 3> kGoals{"speech", "picture", "both"};
constexpr std::array<std::string_view, 3> kWaitPolicies{"keep_waiting", "cancel", "detach"};
constexpr std::array<std::string_view, 2> kOnInterrupts{"detach", "cancel"};

template <class Enum>
std::string_view word(std::span<const std::string_view> words, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < words.size() ? words[index] : std::string_view{};
}

template <class Enum>
Enum parse(std::span<const std::string_view> words, std::string_view what, std::string_view text) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  const auto guess = nearest(text, words);
  throw Error(ErrorCode::usage, std::string(what), fmt::format("\"{}\" is not one of {}", text, fmt::join(words, ", ")),
              {.hint = guess ? fmt::format("did you mean \"{}\"?", *guess) : std::string{}});
}

}  // namespace

std::string_view to_string(Stage stage) noexcept {
  return word(kStages, stage);
}
std::string_view to_string(FactSource source) noexcept {
  return word(kFactSources, source);
}
std::string_view to_string(ClipAction action) noexcept {
  return word(kClipActions, action);
}
std::string_view to_string(Conform conform) noexcept {
  return word(kConforms, conform);
}
std::string_view to_string(LogLevel level) noexcept {
  return word(kLogLevels, level);
}
std::string_view to_string(Verdict verdict) noexcept {
  return word(kVerdicts, verdict);
}
std::string_view to_string(JobState state) noexcept {
  return word(kJobStates, state);
}
std::string_view to_string(Emotion emotion) noexcept {
  return word(kEmotions, emotion);
}
std::string_view to_string(ModelMode mode) noexcept {
  return word(kModelModes, mode);
}
std::string_view to_string(LipsyncMode mode) noexcept {
  return word(kLipsyncModes, mode);
}
std::string_view to_string(Goal goal) noexcept {
  return word(kGoals, goal);
}

FpsPolicy parse_fps_policy(std::string_view text) {
  return parse<FpsPolicy>(kFpsPolicies, "fps", text);
}
ReencodePolicy parse_reencode_policy(std::string_view text) {
  return parse<ReencodePolicy>(kReencodePolicies, "reencode", text);
}
CopyCheck parse_copy_check(std::string_view text) {
  return parse<CopyCheck>(kCopyChecks, "copy_check", text);
}
ColorPolicy parse_color_policy(std::string_view text) {
  return parse<ColorPolicy>(kColorPolicies, "color", text);
}
WaitPolicy parse_wait_policy(std::string_view text) {
  return parse<WaitPolicy>(kWaitPolicies, "wait_policy", text);
}
OnInterrupt parse_on_interrupt(std::string_view text) {
  return parse<OnInterrupt>(kOnInterrupts, "on_interrupt", text);
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
  return parse<Conform>(kConforms, "conform", text);
}
WindowChoice parse_window_choice(std::string_view text) {
  return parse<WindowChoice>(kWindowChoices, "window", text);
}
CutPolicy parse_cut_policy(std::string_view text) {
  return parse<CutPolicy>(kCutPolicies, "cut", text);
}
Quality parse_quality(std::string_view text) {
  return parse<Quality>(kQualities, "quality", text);
}
Emotion parse_emotion(std::string_view text) {
  return parse<Emotion>(kEmotions, "emotion", text);
}
ModelMode parse_model_mode(std::string_view text) {
  return parse<ModelMode>(kModelModes, "model_mode", text);
}
LipsyncMode parse_lipsync_mode(std::string_view text) {
  return parse<LipsyncMode>(kLipsyncModes, "lipsync_mode", text);
}
Goal parse_goal(std::string_view text) {
  return parse<Goal>(kGoals, "goal", text);
}

}  // namespace react1::REACT1_ABI
