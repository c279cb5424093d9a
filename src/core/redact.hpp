// SPDX-License-Identifier: Apache-2.0
// The only place where the secret parts of URLs are removed.
#pragma once

#include <string>
#include <string_view>

namespace react1 {

/// scheme://host/path, with user info dropped and any query or fragment replaced by "?…" (signed URLs carry
/// their secret there). Text that is not a URL (a local path) comes back unchanged.
[[nodiscard]] std::string redact_url(std::string_view text);

/// "ftp" of "ftp://…"; empty for text that does not begin like a URL.
[[nodiscard]] std::string_view url_scheme(std::string_view text) noexcept;

/// True for "http://…" and "https://…", any case.
[[nodiscard]] bool is_http_url(std::string_view text) noexcept;

}  // namespace react1
