// SPDX-License-Identifier: Apache-2.0
// URLs, parsed and composed by curl's own parser, so that the checked URL is the one that is connected to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace react1::http {

struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case; an IPv6 address without brackets
  int port = 0;        ///< the scheme's own when the text had none
  std::string path;    ///< begins with '/'
  std::string query;   ///< without '?'
  bool has_user_info = false;
  bool has_fragment = false;
};

/// nullopt unless `text` is a well-formed absolute http or https URL with a host.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

/// Same scheme, host and port: the place a key may be sent to.
[[nodiscard]] bool same_origin(const Url& a, const Url& b) noexcept;
/// 127.0.0.0/8, ::1 or "localhost", by the text alone; nothing is resolved.
[[nodiscard]] bool is_loopback(const Url& url) noexcept;
/// https, or plain http to a loopback host: nothing else is ever connected to.
[[nodiscard]] bool is_acceptable(const Url& url) noexcept;

/// `text` with "name=value" added to its query; the value is percent-encoded.
[[nodiscard]] std::string with_query(const std::string& text, std::string_view name, std::string_view value);
/// `text` with "/segment" added to its path, before the query. `segment` holds unreserved characters only.
[[nodiscard]] std::string with_segment(const std::string& text, std::string_view segment);
/// Resolves `reference` (absolute or relative) against `base`; nullopt when it is no http(s) URL. Blanks and
/// bytes beyond ASCII become percent-encoded.
[[nodiscard]] std::optional<std::string> resolve_reference(const std::string& base, const std::string& reference);
/// Everything but unreserved characters percent-encoded: safe as one path segment.
[[nodiscard]] std::string escape_segment(std::string_view text);

}  // namespace react1::http
