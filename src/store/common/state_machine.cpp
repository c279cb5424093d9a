// SPDX-License-Identifier: Apache-2.0
#include "store/common/state_machine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <react1/error.hpp>

namespace react1::store {
namespace {

using enum JobState;

struct Move {
  JobState from, to;
};

constexpr std::array kMoves{
    Move{created, submitting},
    Move{created, failed},
    Move{created, cancelled},
    Move{submitting, submitted},
    Move{submitting, created},  // the call was never sent: the same intent may try again
    Move{submitting, failed},   // a definite refusal
    Move{submitting, outcome_unknown},
    Move{submitted, done},
    Move{submitted, failed},
    Move{submitted, cancelled},
    Move{submitted, outcome_unknown},  // the id was not this call's: the service does not know it, nor does its history
    Move{outcome_unknown, submitted},  // the user found the request and attached its id
    Move{outcome_unknown, created},    // the user accepts a possible second payment
    Move{outcome_unknown, failed},
    Move{outcome_unknown, cancelled},
    Move{cancelled, done},  // a cancellation is only a request: a running job may still finish, and was paid
};

constexpr std::array kStates{created, submitting, submitted, done, failed, outcome_unknown, cancelled};

}  // namespace

bool can_move(JobState from, JobState to) noexcept {
  return std::any_of(kMoves.begin(), kMoves.end(),
                     [&](const Move& move) { return move.from == from && move.to == to; });
}

void require_move(JobState from, JobState to, const std::string& id) {
  if (can_move(from, to)) return;
  throw Error(ErrorCode::internal, "job " + id,
              "there is no move from " + std::string(to_string(from)) + " to " + std::string(to_string(to)));
}

std::optional<JobState> parse_job_state(std::string_view text) noexcept {
  const auto* found = std::find_if(kStates.begin(), kStates.end(), [&](JobState s) { return to_string(s) == text; });
  return found == kStates.end() ? std::nullopt : std::optional(*found);
}

}  // namespace react1::store
