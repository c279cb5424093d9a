// SPDX-License-Identifier: Apache-2.0
// Which part of a file an answer holds. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message/headers.hpp"

namespace react1::http {

struct ContentRange {
  std::int64_t first = 0, last = 0;     ///< bytes of the file, both of them included; last ≥ first
  std::optional<std::int64_t> total{};  ///< of the file; above `last`. nullopt: the server sends "*"
};
/// "bytes 100-199/200"; nullopt for anything else, and for one that contradicts itself.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

/// A whole number ≥ 0 without a sign; blanks around it are fine.
[[nodiscard]] std::optional<std::int64_t> parse_length(std::string_view text);

/// The total of a Content-Range such as "bytes 100-199/200" or "bytes */200"; nullopt when it names none.
[[nodiscard]] std::optional<std::int64_t> total_of(std::string_view content_range);

/// The body's content coding, e.g. "gzip"; empty when its bytes are those of the file. "aws-chunked", a signing
/// scheme that some stores leave in, is no coding.
[[nodiscard]] std::string packing_of(const Headers& headers);

}  // namespace react1::http
