// SPDX-License-Identifier: Apache-2.0
#include "http/message/url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "core/redact.hpp"
#include "http/message/headers.hpp"

namespace react1::http {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, FreeUrl>;

struct FreeText {
  void operator()(char* text) const noexcept { curl_free(text); }
};

std::optional<std::string> part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, FreeText> owned(text);
  return std::string(text);
}

/// curl repairs many URLs; control characters and blanks are refused before it sees them.
bool has_unprintable(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return true;
  }
  return false;
}

Handle parsed(std::string_view text) {
  if (has_unprintable(text) || !is_http_url(text)) return nullptr;
  if (text.substr(text.find("://") + 3).starts_with('/')) return nullptr;  // curl would make a host of the path
  Handle url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), /*flags=*/0) != CURLUE_OK)
    return nullptr;
  return url;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const Handle handle = parsed(text);
  if (!handle) return std::nullopt;
  Url url;
  url.scheme = to_lower(part(handle.get(), CURLUPART_SCHEME).value_or(""));
  url.host = to_lower(part(handle.get(), CURLUPART_HOST).value_or(""));
  if ((url.scheme != "http" && url.scheme != "https") || url.host.empty()) return std::nullopt;
  if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  const std::string port = part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
  std::from_chars(port.data(), port.data() + port.size(), url.port);
  url.path = part(handle.get(), CURLUPART_PATH).value_or("/");
  url.query = part(handle.get(), CURLUPART_QUERY).value_or("");
  url.has_user_info =
      part(handle.get(), CURLUPART_USER).has_value() || part(handle.get(), CURLUPART_PASSWORD).has_value();
  url.has_fragment = part(handle.get(), CURLUPART_FRAGMENT).has_value();
  return url;
}

bool same_origin(const Url& a, const Url& b) noexcept {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool is_loopback(const Url& url) noexcept {
  if (url.host == "localhost" || url.host == "::1") return true;
  // Only a full dotted quad: "127.evil.example" and "127.1" are names until they are resolved.
  if (!url.host.starts_with("127.")) return false;
  int dots = 0;
  int digits = 0;
  for (const char c : url.host) {
    if (c == '.') {
      if (digits == 0) return false;
      ++dots;
      digits = 0;
    } else if (c >= '0' && c <= '9') {
      if (++digits > 3) return false;
    } else {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

bool is_acceptable(const Url& url) noexcept {
  return url.scheme == "https" || (url.scheme == "http" && is_loopback(url));
}

std::string with_query(const std::string& text, std::string_view name, std::string_view value) {
  const Handle handle = parsed(text);
  const std::string pair = fmt::format("{}={}", name, value);
  if (!handle ||
      curl_url_set(handle.get(), CURLUPART_QUERY, pair.c_str(), CURLU_APPENDQUERY | CURLU_URLENCODE) != CURLUE_OK) {
    return text;
  }
  return part(handle.get(), CURLUPART_URL).value_or(text);
}

std::string with_segment(const std::string& text, std::string_view segment) {
  const auto path_end = std::min(text.find_first_of("?#"), text.size());
  const bool has_slash = path_end > 0 && text[path_end - 1] == '/';
  return fmt::format("{}{}{}{}", text.substr(0, path_end), has_slash ? "" : "/", segment, text.substr(path_end));
}

std::optional<std::string> resolve_reference(const std::string& base, const std::string& reference) {
  const Handle handle = parsed(base);
  // Many servers write unencoded file names into a Location; every browser encodes them.
  std::string encoded;
  for (const char c : reference) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += byte == ' ' || byte >= 0x80 ? fmt::format("%{:02X}", byte) : std::string(1, c);
  }
  if (!handle || has_unprintable(encoded) ||
      curl_url_set(handle.get(), CURLUPART_URL, encoded.c_str(), /*flags=*/0) != CURLUE_OK) {
    return std::nullopt;
  }
  auto result = part(handle.get(), CURLUPART_URL);
  if (!result || !parse_url(*result)) return std::nullopt;
  return result;
}

std::string escape_segment(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '_' || c == '~' || c == '.';
    result += unreserved ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  // A lone "." or ".." would be folded away as a path step.
  if (result == ".") return "%2E";
  if (result == "..") return "%2E%2E";
  return result;
}

}  // namespace react1::http
