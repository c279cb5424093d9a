// SPDX-License-Identifier: Apache-2.0
// The overall outcome of a Diagnosis. Here and not in src/doctor, because src/record writes it.
#include <algorithm>

#include <react1/doctor.hpp>

namespace react1::REACT1_ABI {

std::string_view to_string(Health health) noexcept {
  switch (health) {
    case Health::good:
      return "good";
    case Health::warning:
      return "warning";
    case Health::failed:
      return "failed";
    case Health::skipped:
      return "skipped";
  }
  return "skipped";
}

std::optional<ErrorCode> Diagnosis::failure() const {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.health == Health::failed; });
  if (found == findings.end()) return std::nullopt;
  return found->code;
}

}  // namespace react1::REACT1_ABI
