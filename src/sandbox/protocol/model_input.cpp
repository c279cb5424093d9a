// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/model_input.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "core/redact.hpp"

namespace react1::sandbox {
namespace {

// Written out here and not taken from the client's side: the two must be able to disagree.
constexpr std::array<std::string_view, 6> emotions{"happy", "sad", "angry", "disgusted", "surprised", "neutral"};
constexpr std::array<std::string_view, 3> model_modes{"lips", "face", "head"};
constexpr std::array<std::pair<std::string_view, LipsyncMode>, 5> lipsync_modes{{
    {"cut_off", LipsyncMode::cut_off},
    {"loop", LipsyncMode::loop},
    {"bounce", LipsyncMode::bounce},
    {"silence", LipsyncMode::silence},
    {"remap", LipsyncMode::remap},
}};

/// "'a', 'b' or 'c'".
std::string quoted_choice(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "'" + std::string{words[i]} + "'";
  }
  return text;
}

class Reader {
 public:
  explicit Reader(const Json& body) : body_(body) {}

  /// A string field; nullptr when it is absent or wrong, and then told.
  const std::string* text(const char* name, bool required) {
    const auto found = body_.find(name);
    if (found == body_.end()) {
      if (required) add(name, "missing", "Field required", nullptr, body_);
      return nullptr;
    }
    if (!found->is_string()) {
      add(name, "string_type", "Input should be a valid string", nullptr, *found);
      return nullptr;
    }
    return found->get_ptr<const std::string*>();
  }

  std::string url(const char* name) {
    const std::string* value = text(name, /*required=*/true);
    if (value == nullptr) return {};
    if (value->find("://") == std::string::npos) {
      add(name, "url_parsing", "Input should be a valid URL, relative URL without a base",
          Json{{"error", "relative URL without a base"}}, *value);
    } else if (!is_http_url(*value)) {
      add(name, "url_scheme", "URL scheme should be 'http' or 'https'", Json{{"expected_schemes", "'http' or 'https'"}},
          *value);
    }
    return *value;
  }

  std::string one_of(const char* name, std::span<const std::string_view> allowed, std::string_view fallback) {
    const auto found = body_.find(name);
    if (found == body_.end() && !fallback.empty()) return std::string{fallback};
    if (found == body_.end()) {
      add(name, "missing", "Field required", nullptr, body_);
      return {};
    }
    if (found->is_string()) {
      const auto& value = found->get_ref<const std::string&>();
      if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    }
    const std::string expected = quoted_choice(allowed);
    add(name, "literal_error", "Input should be " + expected, Json{{"expected", expected}}, *found);
    return {};
  }

  double fraction(const char* name, double fallback) {
    const auto found = body_.find(name);
    if (found == body_.end()) return fallback;
    if (!found->is_number()) {
      add(name, "float_type", "Input should be a valid number", nullptr, *found);
      return fallback;
    }
    const double value = found->get<double>();
    if (value < 0) {
      add(name, "greater_than_equal", "Input should be greater than or equal to 0", Json{{"ge", 0.0}}, *found);
    } else if (value > 1) {
      add(name, "less_than_equal", "Input should be less than or equal to 1", Json{{"le", 1.0}}, *found);
    }
    return value;
  }

  [[nodiscard]] std::vector<Problem>& problems() noexcept { return problems_; }

 private:
  void add(const char* name, const char* type, std::string message, Json context, Json input) {
    problems_.push_back({{"body", name}, type, std::move(message), std::move(context), std::move(input)});
  }

  const Json& body_;
  std::vector<Problem> problems_;
};

}  // namespace

std::variant<ModelInput, std::vector<Problem>> parse_model_input(std::string_view body) {
  const auto parsed = read_json(body);
  if (!parsed) {
    return std::vector<Problem>{
        {{"body"}, "json_invalid", "JSON decode error", Json{{"error", "invalid JSON"}}, nullptr}};
  }
  const Json& document = *parsed;
  if (!document.is_object()) {
    return std::vector<Problem>{{{"body"},
                                 "model_attributes_type",
                                 "Input should be a valid dictionary or object to extract fields from",
                                 nullptr,
                                 document}};
  }
  std::array<std::string_view, lipsync_modes.size()> mode_words;
  std::transform(lipsync_modes.begin(), lipsync_modes.end(), mode_words.begin(),
                 [](const auto& mode) { return mode.first; });

  Reader reader{document};
  ModelInput input;
  input.video_url = reader.url("video_url");
  input.audio_url = reader.url("audio_url");
  input.emotion = reader.one_of("emotion", emotions, "");
  input.model_mode = reader.one_of("model_mode", model_modes, "face");
  const std::string mode = reader.one_of("lipsync_mode", mode_words, "bounce");
  input.temperature = reader.fraction("temperature", 0.5);
  if (!reader.problems().empty()) return std::move(reader.problems());
  input.lipsync_mode = std::find_if(lipsync_modes.begin(), lipsync_modes.end(), [&](const auto& known) {
                         return known.first == mode;
                       })->second;
  return input;
}

}  // namespace react1::sandbox
