// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/model_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "core/redact.hpp"

namespace react1::sandbox {
namespace {

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

  /// A string field; nullptr when it is absent or invalid, which is then reported.
  const std::string* text(std::string_view name) {
    const auto found = body_.find(name);
    if (found == body_.end()) {
      add(name, "missing", "Field required", nullptr, body_);
      return nullptr;
    }
    if (!found->is_string()) {
      add(name, "string_type", "Input should be a valid string", nullptr, *found);
      return nullptr;
    }
    return found->get_ptr<const std::string*>();
  }

  std::string url(std::string_view name) {
    const std::string* value = text(name);
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

  std::string one_of(const ServiceField& field) {
    const std::string_view name = field.name, fallback = field.default_word;
    const auto found = body_.find(name);
    if (found == body_.end() && !fallback.empty()) return std::string{fallback};
    if (found == body_.end()) {
      add(name, "missing", "Field required", nullptr, body_);
      return {};
    }
    if (found->is_string()) {
      const auto& value = found->get_ref<const std::string&>();
      if (std::find(field.words.begin(), field.words.end(), value) != field.words.end()) return value;
    }
    const std::string expected = quoted_choice(field.words);
    add(name, "literal_error", "Input should be " + expected, Json{{"expected", expected}}, *found);
    return {};
  }

  double number(const ServiceField& field) {
    const auto found = body_.find(field.name);
    if (found == body_.end()) return field.default_number;
    if (!found->is_number()) {
      add(field.name, "float_type", "Input should be a valid number", nullptr, *found);
      return field.default_number;
    }
    const double value = found->get<double>();
    const auto& [least, most] = field.range;
    if (value < least) {
      add(field.name, "greater_than_equal", fmt::format("Input should be greater than or equal to {:g}", least),
          Json{{"ge", least}}, *found);
    } else if (value > most) {
      add(field.name, "less_than_equal", fmt::format("Input should be less than or equal to {:g}", most),
          Json{{"le", most}}, *found);
    }
    return value;
  }

  [[nodiscard]] std::vector<Problem>& problems() noexcept { return problems_; }

 private:
  void add(std::string_view name, const char* type, std::string message, Json context, Json input) {
    problems_.push_back({{"body", std::string(name)}, type, std::move(message), std::move(context), std::move(input)});
  }

  const Json& body_;
  std::vector<Problem> problems_;
};

void read_field(const ServiceField& field, Reader& reader, ModelInput& input) {
  using enum ServiceField::Role;
  switch (field.kind) {
    case ServiceField::Kind::url: {
      std::string url = reader.url(field.name);
      if (field.role == video) input.video_url = url;
      if (field.role == audio) input.audio_url = url;
      if (field.role == parameter) input.parameters[std::string(field.name)] = std::move(url);
      break;
    }
    case ServiceField::Kind::word:
      input.parameters[std::string(field.name)] = reader.one_of(field);
      break;
    case ServiceField::Kind::number:
      input.parameters[std::string(field.name)] = reader.number(field);
      break;
  }
}

/// A whole number if the value is one, as a schema is written.
Json plain_number(double value) {
  return value == std::trunc(value) ? Json(std::llround(value)) : Json(value);
}

Json property_of(const ServiceField& field) {
  switch (field.kind) {
    case ServiceField::Kind::word: {
      Json property{{"type", "string"}, {"enum", Json::array()}};
      for (const std::string_view word : field.words) property["enum"].push_back(word);
      if (!field.default_word.empty()) property["default"] = field.default_word;
      return property;
    }
    case ServiceField::Kind::number:
      return {{"type", "number"},
              {"minimum", plain_number(field.range.least)},
              {"maximum", plain_number(field.range.most)},
              {"default", plain_number(field.default_number)}};
    case ServiceField::Kind::url:
      break;
  }
  return {{"type", "string"}};
}

bool is_required(const ServiceField& field) {
  return field.kind == ServiceField::Kind::url ||
         (field.kind == ServiceField::Kind::word && field.default_word.empty());
}

}  // namespace

std::string_view field_of(const Model& model, ServiceField::Role role) {
  const auto& fields = model.service.fields;
  return std::find_if(fields.begin(), fields.end(), [&](const ServiceField& field) { return field.role == role; })
      ->name;
}

std::variant<ModelInput, std::vector<Problem>> parse_model_input(const Model& model, std::string_view body) {
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
  Reader reader{document};
  ModelInput input{.model = &model};
  for (const ServiceField& field : model.service.fields) read_field(field, reader, input);
  if (!reader.problems().empty()) return std::move(reader.problems());
  const std::string timing(field_of(model, ServiceField::Role::timing));
  input.lipsync_mode = model.service.mode_of(input.parameters[timing].get_ref<const std::string&>());
  return input;
}

Json input_schema(const Model& model) {
  Json properties = Json::object(), required = Json::array();
  for (const ServiceField& field : model.service.fields) {
    properties[std::string(field.name)] = property_of(field);
    if (is_required(field)) required.push_back(field.name);
  }
  const std::string name(model.service.schema_name);
  const Json input{{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
  const Json post{
      {"requestBody", {{"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/" + name}}}}}}}}}};
  return {{"openapi", "3.0.4"},
          {"info", {{"title", "Queue OpenAPI for " + std::string(model.endpoint)}, {"version", "1.0.0"}}},
          {"components", {{"schemas", {{name, input}}}}},
          {"paths", {{"/" + std::string(model.endpoint), {{"post", post}}}}}};
}

}  // namespace react1::sandbox
