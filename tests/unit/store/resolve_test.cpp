// SPDX-License-Identifier: Apache-2.0
// A person's decision on a paid call whose outcome is not known.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"
#include "unit/store/store_contract.hpp"

using namespace react1;  // NOLINT(google-build-using-namespace): a test of the library's own names
using Kind = Resolution::Kind;

namespace {

struct ResolvePlace {
  TemporaryDirectory folder;
  std::unique_ptr<JobStore> jobs = open_job_store((folder.path() / "jobs.sqlite").string());

  Job unknown(const std::string& intent) const {
    Job job = test::sample_job(intent);
    job.request = {};
    job = jobs->open(job, false).job;
    REQUIRE(jobs->move(job, JobState::created, JobState::submitting));
    REQUIRE(jobs->move(job, JobState::submitting, JobState::outcome_unknown));
    return *jobs->find(job.id);
  }
  [[nodiscard]] std::string refusal(const std::string& id, const Resolution& resolution) const {
    try {
      (void)resolve_job(*jobs, id, resolution);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      return error.message();
    }
    FAIL("not refused");
    return {};
  }
};

}  // namespace

TEST_CASE("an attached request makes the job submitted, and can belong to one job only") {
  const ResolvePlace place;
  const Job job = place.unknown("lost");
  const Job resolved = resolve_job(*place.jobs, job.id, {Kind::attach, "req-1"});
  CHECK(resolved.state == JobState::submitted);
  CHECK(place.jobs->find_by_request("req-1")->id == job.id);
  CHECK(place.jobs->find(job.id)->error.empty());
  CHECK(place.refusal(place.unknown("other").id, {Kind::attach, "req-1"}).find(job.id) != std::string::npos);
  CHECK(place.refusal(job.id, {Kind::attach, "req-2"}).find("submitted") != std::string::npos);
}

TEST_CASE("an attachment without an id is refused, and nothing moves") {
  const ResolvePlace place;
  const Job job = place.unknown("lost");
  CHECK_FALSE(place.refusal(job.id, {Kind::attach, ""}).empty());
  CHECK(place.jobs->find(job.id)->state == JobState::outcome_unknown);
}

TEST_CASE("a second payment that was agreed to goes back to the start") {
  const ResolvePlace place;
  const Job job = place.unknown("lost");
  CHECK(resolve_job(*place.jobs, job.id, {Kind::pay_again, ""}).state == JobState::created);
  CHECK(place.jobs->open(test::sample_job("lost"), false).job.id == job.id);
}

TEST_CASE("a second payment has no part in what was uploaded for the first one") {
  const ResolvePlace place;
  Job job = place.unknown("lost");
  job.token = "first";
  REQUIRE(place.jobs->update(job));
  CHECK(resolve_job(*place.jobs, job.id, {Kind::pay_again, ""}).token.empty());
  CHECK_FALSE(place.jobs->find_by_token("first"));
}

TEST_CASE("a dropped job makes room for a new one of the same intent") {
  const ResolvePlace place;
  const Job job = place.unknown("lost");
  CHECK(resolve_job(*place.jobs, job.id, {Kind::drop, ""}).state == JobState::cancelled);
  Job next = test::sample_job("lost");
  next.id.clear();
  CHECK(place.jobs->open(next, false).is_new);
}

TEST_CASE("what is not unknown, or not there, is nothing to resolve") {
  const ResolvePlace place;
  CHECK_FALSE(place.refusal("no such job", {Kind::drop, ""}).empty());
  Job job = place.jobs->open(test::sample_job("fresh"), false).job;
  CHECK(place.refusal(job.id, {Kind::pay_again, ""}).find("created") != std::string::npos);
  REQUIRE(place.jobs->move(job, JobState::created, JobState::submitting));
  // This very process owns the call: it may still come home.
  CHECK(place.refusal(job.id, {Kind::pay_again, ""}).find("submitting") != std::string::npos);
}
