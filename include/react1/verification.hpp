// SPDX-License-Identifier: Apache-2.0
// The checks of a result. Data only; the work is done by verify() in pipeline.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

enum class Verdict { pass, warn, fail };
[[nodiscard]] REACT1_API std::string_view to_string(Verdict verdict) noexcept;

/// Nothing (unknown), a count, an exact quantity, or text.
using CheckValue = std::variant<std::monostate, std::int64_t, Rational, std::string>;

struct Check {
  std::string name;  ///< stable, e.g. "decoded_frames_match_reported"
  Verdict verdict = Verdict::pass;
  CheckValue expected, actual, tolerance;
  std::string message;  ///< one sentence; names the likely cause when it is not a pass
};

struct Verification {
  Verdict verdict = Verdict::pass;  ///< the worst of the checks
  std::vector<Check> checks;
};

}  // namespace react1::REACT1_ABI
