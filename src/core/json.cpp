#include "core/json.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/number.hpp"

namespace react1 {
namespace {

/// A scalar as nlohmann writes it, bad UTF-8 replaced.
std::string scalar(const Json& value) {
  return value.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// At least 6 and at most 9 decimals.
std::string seconds(double value) {
  if (!std::isfinite(value)) return "null";
  std::string text = fmt::format("{:.9f}", value);
  for (int i = 0; i < 3 && text.back() == '0'; ++i) text.pop_back();
  return text;
}

class Printer {
 public:
  explicit Printer(int indent) : indent_(indent) {}

  void print(const Json& value, std::string_view key, int depth) {
    if (value.is_object()) {
      print_object(value, depth);
    } else if (value.is_array()) {
      print_array(value, key, depth);
    } else if (value.is_number() && key.ends_with("_s")) {
      text_ += seconds(value.get<double>());
    } else {
      text_ += scalar(value);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void print_object(const Json& object, int depth) {
    text_ += '{';
    bool first = true;
    for (const auto& [key, value] : object.items()) {
      if (!first) text_ += ',';
      first = false;
      line(depth + 1);
      text_ += scalar(Json(key)) + (indent_ < 0 ? ":" : ": ");
      print(value, key, depth + 1);
    }
    if (!first) line(depth);
    text_ += '}';
  }

  /// Elements inherit the array's key: {"seams_s": [1.000000, 2.000000]}.
  void print_array(const Json& array, std::string_view key, int depth) {
    text_ += '[';
    bool first = true;
    for (const Json& value : array) {
      if (!first) text_ += ',';
      first = false;
      line(depth + 1);
      print(value, key, depth + 1);
    }
    if (!first) line(depth);
    text_ += ']';
  }

  void line(int depth) {
    if (indent_ < 0) return;
    text_ += '\n';
    text_.append(static_cast<std::size_t>(depth) * static_cast<std::size_t>(indent_), ' ');
  }

  int indent_;
  std::string text_;
};

}  // namespace

std::string json_text(const Json& document, int indent) {
  Printer printer(indent);
  printer.print(document, /*key=*/"", /*depth=*/0);
  return printer.take();
}

Json json_seconds(const Seconds& value) {
  return read_number<double>(value.to_decimal(9)).value();
}

Json json_seconds(const std::optional<Seconds>& value) {
  return value ? json_seconds(*value) : Json(nullptr);
}

Json json_rational(const Rational& value) {
  return Json{{"num", value.num()}, {"den", value.den()}};
}

Json json_text_or_null(const std::string& value) {
  return value.empty() ? Json(nullptr) : Json(value);
}

Json parse_json(std::string_view text, const std::string& where, ErrorCode on_failure) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    throw Error(on_failure, where, "not valid JSON", {.detail = error.what()});
  }
}

}  // namespace react1
