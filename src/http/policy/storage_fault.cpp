// SPDX-License-Identifier: Apache-2.0
#include "http/policy/storage_fault.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "http/message/headers.hpp"

namespace react1::http {
namespace {

constexpr std::size_t kSearched = 64U << 10U;
constexpr std::size_t kLongestCode = 64;
constexpr std::size_t kLongestMessage = 200;

/// The text of the first `<name>`, unchanged.
std::string_view element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  const auto begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  const auto end = xml.find(close, begin);
  if (end == std::string_view::npos) return {};
  return trim(xml.substr(begin + open.size(), end - begin - open.size()));
}

std::string without_entities(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string plain;
  while (!text.empty()) {
    const auto* found = std::find_if(kEntities.begin(), kEntities.end(),
                                     [text](const auto& entity) { return text.starts_with(entity.first); });
    plain += found == kEntities.end() ? text.front() : found->second;
    text.remove_prefix(found == kEntities.end() ? 1 : found->first.size());
  }
  return plain;
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCode && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
}

}  // namespace

std::optional<StorageFault> storage_fault(std::string_view body) {
  body = body.substr(0, kSearched);
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  body = trim(body);
  if (!body.starts_with("<?xml") && !body.starts_with("<Error")) return std::nullopt;
  const std::string_view code = element(body, "Code");
  if (!is_code(code)) return std::nullopt;
  StorageFault fault{std::string(code), without_entities(element(body, "Message"))};
  // Azure puts the request's id and the time on further lines.
  fault.message.resize(std::min(fault.message.find_first_of("\r\n"), fault.message.size()));
  if (fault.message.size() > kLongestMessage) fault.message.clear();
  for (char& c : fault.message) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return fault;
}

std::string storage_fault_text(std::string_view body) {
  const auto fault = storage_fault(body);
  if (!fault) return {};
  return fault->message.empty() ? fault->code : fault->code + ": " + fault->message;
}

}  // namespace react1::http
