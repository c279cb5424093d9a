// SPDX-License-Identifier: Apache-2.0
// The names of every public enumeration, once: JSON, flags, recipes, the wire and the option pages use
// them.
#pragma once

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

namespace react1 {

/// The names of `Enum` in the order of its values, so that a value is its own index. Local: g++ exports what is
/// specialized for an exported type.
template <class Enum>
inline constexpr auto kEnumWords = nullptr;

template <std::size_t size>
using Words = std::array<std::string_view, size>;

template <>
REACT1_LOCAL inline constexpr Words<8> kEnumWords<Stage>{"probe",  "prepare", "plan",     "upload",
                                                         "submit", "wait",    "download", "verify"};
template <>
REACT1_LOCAL inline constexpr Words<6> kEnumWords<FactSource>{"decoded",       "packets",          "sample_table",
                                                              "stream_header", "container_header", "assumed"};
template <>
REACT1_LOCAL inline constexpr Words<4> kEnumWords<ClipAction>{"passthrough", "remux", "cut", "transcode"};
template <>
REACT1_LOCAL inline constexpr Words<2> kEnumWords<FpsPolicy>{"recommended", "keep"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<ReencodePolicy>{"auto", "always", "never"};
template <>
REACT1_LOCAL inline constexpr Words<2> kEnumWords<CopyCheck>{"decode", "packets"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<ColorPolicy>{"auto", "bt709", "keep"};
template <>
REACT1_LOCAL inline constexpr Words<6> kEnumWords<Conform>{"off", "cut", "hold", "bounce", "remap", "auto"};
template <>
REACT1_LOCAL inline constexpr Words<2> kEnumWords<WindowChoice>{"head", "speech"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<CutPolicy>{"auto", "pause", "exact"};
template <>
REACT1_LOCAL inline constexpr Words<4> kEnumWords<Quality>{"draft", "standard", "high", "lossless"};
template <>
REACT1_LOCAL inline constexpr Words<12> kEnumWords<ErrorCode>{
    "internal", "usage",        "media",           "hold", "refused",    "auth", "balance",
    "network",  "verification", "outcome_unknown", "io",   "interrupted"};
template <>
REACT1_LOCAL inline constexpr Words<4> kEnumWords<LogLevel>{"debug", "info", "warning", "error"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<Verdict>{"pass", "warn", "fail"};
template <>
REACT1_LOCAL inline constexpr Words<7> kEnumWords<JobState>{"created", "submitting",      "submitted", "done",
                                                            "failed",  "outcome_unknown", "cancelled"};
template <>
REACT1_LOCAL inline constexpr Words<6> kEnumWords<Emotion>{"happy",     "sad",       "angry",
                                                           "disgusted", "surprised", "neutral"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<ModelMode>{"lips", "face", "head"};
template <>
REACT1_LOCAL inline constexpr Words<5> kEnumWords<LipsyncMode>{"cut_off", "loop", "bounce", "silence", "remap"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<Goal>{"speech", "picture", "both"};
template <>
REACT1_LOCAL inline constexpr Words<3> kEnumWords<WaitPolicy>{"keep_waiting", "cancel", "detach"};
template <>
REACT1_LOCAL inline constexpr Words<2> kEnumWords<OnInterrupt>{"detach", "cancel"};

template <class Enum>
[[nodiscard]] constexpr std::span<const std::string_view> enum_words() noexcept {
  return kEnumWords<Enum>;
}

/// Empty for a value outside the enumeration.
template <class Enum>
[[nodiscard]] constexpr std::string_view enum_word(Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < enum_words<Enum>().size() ? enum_words<Enum>()[index] : std::string_view{};
}

/// The index of `text` among `words`. Throws Error{usage, what} with the words, and the nearest one as a hint.
[[nodiscard]] std::size_t index_of_word(std::span<const std::string_view> words, std::string_view what,
                                        std::string_view text);

template <class Enum>
[[nodiscard]] Enum parse_enum(std::string_view what, std::string_view text) {
  return static_cast<Enum>(index_of_word(enum_words<Enum>(), what, text));
}

}  // namespace react1
