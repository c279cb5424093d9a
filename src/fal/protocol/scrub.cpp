// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/scrub.hpp"

#include <algorithm>

#include "core/redact.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kShortestSecret =
    6;  // replacing a test key of "a:b" letter by letter would make texts unreadable

void replace_all(std::string& text, std::string_view what) {
  if (what.size() < kShortestSecret) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), "***");
}

/// A URL ends where the surrounding text continues.
bool ends_url(char c) noexcept {
  return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' ||
         c == '\\';
}

std::string redact_urls(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::size_t at = 0;
    while (at < text.size() && !is_http_url(text.substr(at))) ++at;
    result += text.substr(0, at);
    text.remove_prefix(at);
    const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), ends_url) - text.begin());
    result += redact_url(text.substr(0, end));
    text.remove_prefix(end);
  }
  return result;
}

}  // namespace

std::string without_key(std::string text, const Secret& key) {
  const std::string& secret = key.expose();
  replace_all(text, secret);
  const auto colon = secret.find(':');
  if (colon != std::string::npos) {
    replace_all(text, std::string_view(secret).substr(colon + 1));
    replace_all(text, std::string_view(secret).substr(0, colon));
  }
  return text;
}

std::string scrub(std::string_view text, const Secret& key, std::size_t max_bytes) {
  // Redaction before shortening: half a secret is still half a secret. The generous first cut only bounds the work.
  std::string result = without_key(redact_urls(text.substr(0, 64U * max_bytes)), key);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  if (result.size() > max_bytes) {
    std::size_t cut = max_bytes;
    while (cut > 0 && (static_cast<unsigned char>(result[cut]) & 0xC0U) == 0x80U) --cut;  // not inside a character
    result.resize(cut);
    result += "…";
  }
  return result;
}

}  // namespace react1::fal
