// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/printable.hpp"

namespace react1 {
namespace {

/// Thrown out of the parser, and caught here.
struct TooDeep {};

Json parse_bounded(std::string_view text) {
  return Json::parse(text.begin(), text.end(), [](int around, Json::parse_event_t event, Json& /*parsed*/) {
    using Event = Json::parse_event_t;
    if (around >= kMaxJsonDepth && (event == Event::array_start || event == Event::object_start)) throw TooDeep{};
    return true;
  });
}

void append_escape(std::string& text, char32_t unit) {
  text += fmt::format("\\u{:04x}", static_cast<unsigned>(unit));
}

/// `dumped` is valid JSON in valid UTF-8, in which only ASCII's control characters are escaped.
std::string without_tricks(std::string_view dumped) {
  std::string text;
  text.reserve(dumped.size());
  while (!dumped.empty()) {
    char32_t code_point = 0;
    const std::size_t length = std::max<std::size_t>(1, decode_utf8(dumped, code_point));
    if (length == 1 && code_point != 0x7F) {
      text += dumped.front();
    } else if (!is_unprintable(code_point)) {
      text += dumped.substr(0, length);
    } else if (code_point < 0x10000) {
      append_escape(text, code_point);
    } else {
      append_escape(text, 0xD800 + ((code_point - 0x10000) >> 10U));
      append_escape(text, 0xDC00 + ((code_point - 0x10000) & 0x3FFU));
    }
    dumped.remove_prefix(length);
  }
  return text;
}

/// A scalar as nlohmann writes it, bad UTF-8 replaced, control characters escaped.
std::string scalar(const Json& value) {
  std::string dumped =
      value.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  return value.is_string() ? without_tricks(dumped) : dumped;
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

std::optional<Json> read_json(std::string_view text) {
  try {
    return parse_bounded(text);
  } catch (const Json::exception&) {
  } catch (const TooDeep&) {
  }
  return std::nullopt;
}

Json parse_json(std::string_view text, const std::string& where, ErrorCode on_failure) {
  try {
    return parse_bounded(text);
  } catch (const Json::parse_error& error) {
    throw Error(on_failure, where, "not valid JSON", {.detail = error.what()});
  } catch (const TooDeep&) {
    throw Error(on_failure, where, fmt::format("is nested deeper than {} levels", kMaxJsonDepth));
  }
}

}  // namespace react1
