// SPDX-License-Identifier: Apache-2.0
// When a signed URL expires, as far as the URL itself contains it. A pure function.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace react1::http {

/// The end of `url` by the parameters that the common object stores sign: X-Amz-Date + X-Amz-Expires (S3 and R2),
/// X-Goog-Date + X-Goog-Expires, Expires (older S3, GCS and CloudFront; Unix seconds), se (Azure; UTC). nullopt when it
/// names none of them in full. Case of the names does not matter.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> url_expiry(std::string_view url);

}  // namespace react1::http
