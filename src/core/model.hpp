// SPDX-License-Identifier: Apache-2.0
// The port that a model of the service implements: its facts, how its input is written and where its answer has the
// video; and the service's side of the same, which the sandbox plays. src/models has the implementations.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <react1/plan.hpp>
#include <react1/rational.hpp>

#include "core/json_text.hpp"
#include "core/model_rules.hpp"

namespace react1 {

/// Both ends included.
struct NumberRange {
  double least = 0, most = 0;
};

/// A field of the input as it is sent.
struct InputField {
  std::string_view name;
  std::span<const std::string_view> words{};  ///< all that may be sent; empty: any
  std::optional<NumberRange> range{};         ///< of a number
};

/// A field of the input as the service's schema has it.
struct ServiceField {
  enum class Kind { url, word, number };
  enum class Role { parameter, video, audio, timing };

  std::string_view name;
  Kind kind{};
  Role role = Role::parameter;
  std::span<const std::string_view> words{};  ///< of a word
  NumberRange range{};                        ///< of a number
  std::string_view default_word{};            ///< empty: a word is required. URLs always are
  double default_number = 0;                  ///< a number never is
};

/// What the service accepts of the clips.
struct ServiceLimits {
  Seconds longest;
  Seconds shortest_video, shortest_audio;
  int long_side = 0, short_side = 0;                ///< of the picture
  double silent_peak = 0;                           ///< audio whose peak is below gives no result
  std::span<const std::string_view> video_formats;  ///< in the service's words: "mp4"
  std::span<const std::string_view> audio_formats;
};

/// The service's side, written apart from the client's: the two must be able to disagree, or no test would find a
/// client that sends something wrong.
struct ServiceSide {
  std::string_view schema_name;          ///< of the input in the OpenAPI document
  std::span<const ServiceField> fields;  ///< one of each role but `parameter`, of which there may be any number
  LipsyncMode (*mode_of)(std::string_view word) = nullptr;  ///< of a word of the field of role `timing`
  Json (*answer)(Json video) = nullptr;                     ///< the result around the description of its file
  ServiceLimits limits{};
  double usd_per_minute = 0;
};

struct Model {
  std::string_view endpoint;  ///< "owner/alias/path": what a request is sent to
  std::string_view name;      ///< for people
  ModelRules rules;
  std::string_view video_field, audio_field;  ///< names of the two URLs among `fields`
  std::span<const InputField> fields;         ///< everything that is sent, in this order
  /// The input of a request. Throws Error{usage} for parameters that the model does not take.
  Json (*input)(const Parameters& parameters, const std::string& video_url, const std::string& audio_url) = nullptr;
  /// Where the answer has its video: a URL, or an object that describes a file. nullptr: nowhere.
  const Json* (*video_in)(const Json& answer) = nullptr;
  ServiceSide service{};
};

}  // namespace react1
