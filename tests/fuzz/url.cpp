// SPDX-License-Identifier: Apache-2.0
// URLs: taking apart, resolving, and hiding what is secret in them.
#include "http/message/url.hpp"

#include <string>

#include "core/redact.hpp"
#include "fuzz/input.hpp"
#include "http/policy/url_expiry.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  const std::string text{fuzz::text_of(data, size)};
  if (const auto url = http::parse_url(text)) {
    fuzz::require(!url->host.empty() && url->port > 0 && url->path.starts_with('/'));
    static_cast<void>(http::is_acceptable(*url));
    static_cast<void>(http::with_query(text, "name", text));
  }
  if (const auto end = http::url_expiry(text)) fuzz::require(end->time_since_epoch().count() > 0);
  static_cast<void>(http::resolve_reference("https://example.com/a/b?c", text));
  const std::string shown = redact_url(text);
  if (is_http_url(text)) fuzz::require(shown.find("?…") != std::string::npos || shown.find('?') == std::string::npos);
  return 0;
}
