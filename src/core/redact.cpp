// SPDX-License-Identifier: Apache-2.0
#include "core/redact.hpp"

#include <algorithm>
#include <cctype>

namespace react1 {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

}  // namespace

bool is_http_url(std::string_view text) noexcept {
  return starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://");
}

std::string_view url_scheme(std::string_view text) noexcept {
  const std::string_view scheme = text.substr(0, std::min(text.find("://"), text.size()));
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const bool is_scheme = scheme.size() < text.size() && !scheme.empty() && is_letter(scheme.front()) &&
                         std::all_of(scheme.begin(), scheme.end(), [&](char c) {
                           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
                         });
  return is_scheme ? scheme : std::string_view();
}

std::string redact_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::string(text);
  const std::string_view scheme = text.substr(0, scheme_end + 3);
  std::string_view rest = text.substr(scheme_end + 3);
  const auto secret = rest.find_first_of("?#");
  const bool has_secret = secret != std::string_view::npos;
  rest = rest.substr(0, secret);
  const auto authority_end = std::min(rest.find('/'), rest.size());
  if (const auto at = rest.substr(0, authority_end).rfind('@'); at != std::string_view::npos)
    rest.remove_prefix(at + 1);
  return std::string(scheme) + std::string(rest) + (has_secret ? "?…" : "");
}

}  // namespace react1
