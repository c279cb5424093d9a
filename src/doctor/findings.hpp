// SPDX-License-Identifier: Apache-2.0
// How checks record their findings.
#pragma once

#include <react1/doctor.hpp>
#include <string>
#include <utility>
#include <vector>

namespace react1::doctor {

using Findings = std::vector<Finding>;

[[nodiscard]] inline Finding good(std::string check, std::string message) {
  return {std::move(check), Health::good, std::move(message), {}, {}};
}
[[nodiscard]] inline Finding warning(std::string check, std::string message, std::string cure) {
  return {std::move(check), Health::warning, std::move(message), std::move(cure), {}};
}
[[nodiscard]] inline Finding skipped(std::string check, std::string message) {
  return {std::move(check), Health::skipped, std::move(message), {}, {}};
}
[[nodiscard]] inline Finding failed(std::string check, ErrorCode code, std::string message, std::string cure) {
  return {std::move(check), Health::failed, std::move(message), std::move(cure), code};
}
/// An error as a failed check.
[[nodiscard]] inline Finding failed(std::string check, const Error& error) {
  return failed(std::move(check), error.code(), error.what(), error.hint());
}

}  // namespace react1::doctor
