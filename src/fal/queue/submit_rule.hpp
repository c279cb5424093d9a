// SPDX-License-Identifier: Apache-2.0
// The one decision that costs money: after a submit, may the same request be sent again?
#pragma once

#include <react1/secret.hpp>

#include "http/message/transport.hpp"

namespace react1::fal {

enum class SubmitVerdict {
  accepted,      ///< there is a request id
  not_received,  ///< nothing can have been accepted: sending again is safe
  refused_now,   ///< a definite refusal that passes: sending again later is safe
  refused,       ///< a definite refusal that stays
  unknown,       ///< may have been accepted and be paid for: never send again
  stopped,       ///< RunContext::stop; whether something was sent is in the outcome
};

/// Pure. In doubt it says unknown: a lost request costs a question to a person, a second one costs money.
[[nodiscard]] SubmitVerdict judge_submit(const http::Outcome& outcome, const Secret& key);

}  // namespace react1::fal
