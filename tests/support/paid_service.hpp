// SPDX-License-Identifier: Apache-2.0
// A sandbox that does not identify itself: to its clients a service on loopback whose calls cost money.
#pragma once

#include <string>

namespace react1::test {

/// An entry of a fault script: the challenge is answered as the real queue answers for an unknown request.
inline const std::string kPaidServiceFault =
    R"({"route": "identity", "times": "always", "do": {"status": 404, "body": {"status": "NOT_FOUND"}}})";

/// A whole fault script of a service that is paid, with `faults` (entries, separated by commas; may be empty) before.
inline std::string paid_service(const std::string& faults = {}) {
  return R"({"faults": [)" + faults + (faults.empty() ? "" : ", ") + kPaidServiceFault + "]}";
}

}  // namespace react1::test
