// SPDX-License-Identifier: Apache-2.0
// HTTP header fields: names compare without case, order and repetitions are kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace react1::http {

struct Header {
  std::string name, value;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  void add(std::string name, std::string value);
  void clear() noexcept { fields_.clear(); }
  /// The last field of that name; any case.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// Every field of that name, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] const std::vector<Header>& fields() const noexcept { return fields_; }

 private:
  std::vector<Header> fields_;
};

/// ASCII only, as header names and media types want it; independent of the locale.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string to_lower(std::string_view text);
/// Without blanks, tabs and line ends at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// "text/html" from "Text/HTML; charset=utf-8".
[[nodiscard]] std::string media_type(std::string_view content_type);

}  // namespace react1::http
