// SPDX-License-Identifier: Apache-2.0
// The moves of a job, as a table.
#include "store/common/state_machine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <utility>

namespace {

using namespace react1;
using enum JobState;

constexpr std::array kAll{created, submitting, submitted, done, failed, outcome_unknown, cancelled};

TEST_CASE("a job makes exactly the moves of the table") {
  const std::set<std::pair<JobState, JobState>> allowed{{created, submitting},         {created, failed},
                                                        {created, cancelled},          {submitting, submitted},
                                                        {submitting, created},         {submitting, failed},
                                                        {submitting, outcome_unknown}, {submitted, done},
                                                        {submitted, failed},           {submitted, cancelled},
                                                        {submitted, outcome_unknown},  {outcome_unknown, submitted},
                                                        {outcome_unknown, created},    {outcome_unknown, failed},
                                                        {outcome_unknown, cancelled},  {cancelled, done}};
  for (const JobState from : kAll) {
    for (const JobState to : kAll) {
      CAPTURE(std::string(to_string(from)));
      CAPTURE(std::string(to_string(to)));
      CHECK(store::can_move(from, to) == (allowed.count({from, to}) == 1));
    }
  }
}

TEST_CASE("no move leads back to the paid call from a job that has a request") {
  for (const JobState from : {submitted, done, failed, cancelled}) {
    CHECK_FALSE(store::can_move(from, submitting));
    CHECK_FALSE(store::can_move(from, created));
  }
}

TEST_CASE("every state has a name of its own that reads back") {
  std::set<std::string> words;
  for (const JobState state : kAll) {
    words.emplace(to_string(state));
    CHECK(store::parse_job_state(to_string(state)) == state);
  }
  CHECK(words.size() == kAll.size());
  CHECK_FALSE(store::parse_job_state("Done"));
  CHECK_FALSE(store::parse_job_state(""));
}

}  // namespace
