// SPDX-License-Identifier: Apache-2.0
// Traces of a secret in a text: whole or in part, plain or in a usual encoding.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace react1::test {

/// Looks for any eight characters in a row of a secret, and for as much of it in base64 (at any offset, either
/// alphabet), percent-encoded and in hexadecimal: a secret that was shortened or packed has leaked as well.
class Traces {
 public:
  explicit Traces(const std::string& secret);

  /// The first trace in `text`; empty when there is none.
  [[nodiscard]] std::string in(std::string_view text) const;

 private:
  void add(std::string_view text, std::size_t length);

  std::set<std::string> needles_;
};

}  // namespace react1::test
