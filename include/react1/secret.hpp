// SPDX-License-Identifier: Apache-2.0
// A string that must never be printed.
#pragma once

#include <string>
#include <utility>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

/// Holds a key. It has no stream operator and no conversion: only expose() returns the text, and only the
/// code that writes the Authorization header may call it. Wiped from memory on destruction (best effort).
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) noexcept = default;
  REACT1_API ~Secret();

  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  [[nodiscard]] const std::string& expose() const noexcept { return value_; }

 private:
  std::string value_;
};

}  // namespace react1::REACT1_ABI
