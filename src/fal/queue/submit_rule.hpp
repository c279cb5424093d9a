// SPDX-License-Identifier: Apache-2.0
// The one decision that costs money: may the same request be sent again after a submit?
#pragma once

#include <react1/secret.hpp>

#include "http/message/transport.hpp"

namespace react1::fal {

enum class SubmitVerdict {
  accepted,      ///< there is a request id
  not_received,  ///< nothing can have been accepted: sending again is safe
  refused_now,   ///< a definite refusal, but temporary: sending again later is safe
  refused,       ///< a definite and permanent refusal
  unknown,       ///< may have been accepted and paid for: never send again
  stopped,       ///< RunContext::stop; whether something was sent is in the outcome
};

/// Pure. When in doubt: unknown. A lost request needs a decision of the operator, a second one costs money.
[[nodiscard]] SubmitVerdict judge_submit(const http::Outcome& outcome, const Secret& key);

}  // namespace react1::fal
