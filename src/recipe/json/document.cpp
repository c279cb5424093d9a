// SPDX-License-Identifier: Apache-2.0
#include "recipe/json/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace react1::recipe {
namespace {

[[noreturn]] void fail(const Source& source, std::string message, std::string hint) {
  throw Error(ErrorCode::usage, source.label, std::move(message), {.hint = std::move(hint)});
}

/// "line 3, column 7" of a byte offset (1-based, as the parser counts).
std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

/// The parser's message without its prefix and position.
std::string cause(std::string_view what) {
  for (const std::string_view mark : {": syntax error while parsing ", "] "}) {
    const auto at = what.find(mark);
    if (at != std::string_view::npos) return std::string(what.substr(at + mark.size()));
  }
  return std::string(what);
}

/// Detects duplicate keys in the parser's events: JSON allows them and drops the first, which is never intended.
class RepeatedKeys {
 public:
  bool operator()(Document::parse_event_t event, const Document& value) {
    if (event == Document::parse_event_t::object_start) {
      open_.emplace_back();
    } else if (event == Document::parse_event_t::object_end) {
      open_.pop_back();
    } else if (event == Document::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!open_.back().insert(key).second) repeated_.insert(key);
    }
    return true;
  }
  [[nodiscard]] const std::set<std::string>& found() const noexcept { return repeated_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::set<std::string> repeated_;
};

}  // namespace

Document parse_document(const Source& source) {
  RepeatedKeys repeated;
  Document document;
  try {
    document = Document::parse(source.text, [&](int /*depth*/, Document::parse_event_t event, const Document& value) {
      return repeated(event, value);
    });
  } catch (const Document::parse_error& error) {
    fail(source, fmt::format("is not valid JSON at {}: {}", position(source.text, error.byte), cause(error.what())),
         "JSON requires double quotes, no comments and no comma after the last entry");
  } catch (const Document::exception& error) {
    fail(source, fmt::format("is not valid JSON: {}", cause(error.what())), "use a number of ordinary size");
  }
  if (!repeated.found().empty()) {
    fail(source, fmt::format("has duplicate keys in one object: {}", fmt::join(repeated.found(), ", ")),
         "keep one of each");
  }
  return document;
}

Document layered(Document base, const Document& over) {
  if (!base.is_object() || !over.is_object()) return over;
  for (const auto& [key, value] : over.items()) {
    const auto hit = base.find(key);
    base[key] = hit == base.end() ? value : layered(*hit, value);
  }
  return base;
}

std::string shown_path(std::string_view pointer) {
  std::string path = "$";
  for (const char c : pointer) path += c == '/' ? '.' : c;
  return path;
}

}  // namespace react1::recipe
