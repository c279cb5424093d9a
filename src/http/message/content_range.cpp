// SPDX-License-Identifier: Apache-2.0
#include "http/message/content_range.hpp"

#include <algorithm>
#include <string>

#include "core/number.hpp"

namespace react1::http {

std::optional<std::int64_t> parse_length(std::string_view text) {
  text = trim(text);
  return text.starts_with('-') ? std::nullopt : read_number<std::int64_t>(text);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  text = trim(text);
  if (!equal_ignoring_case(text.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto slash = text.find('/');
  const auto dash = text.substr(0, slash).find('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_length(text.substr(0, dash));
  const auto last = parse_length(text.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *last < *first) return std::nullopt;
  const std::string_view total = trim(text.substr(slash + 1));
  if (total == "*") return ContentRange{*first, *last, std::nullopt};
  const auto size = parse_length(total);
  if (!size || *size <= *last) return std::nullopt;
  return ContentRange{*first, *last, size};
}

std::optional<std::int64_t> total_of(std::string_view content_range) {
  const auto slash = content_range.rfind('/');
  return slash == std::string_view::npos ? std::nullopt : parse_length(content_range.substr(slash + 1));
}

std::string packing_of(const Headers& headers) {
  std::string packing;
  for (const std::string& field : headers.all("Content-Encoding")) {
    for (std::string_view rest = field; !rest.empty();) {
      const std::string coding = to_lower(trim(rest.substr(0, rest.find(','))));
      rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
      if (coding.empty() || coding == "identity" || coding == "aws-chunked") continue;
      packing += (packing.empty() ? "" : ", ") + coding;
    }
  }
  return packing;
}

}  // namespace react1::http
