// SPDX-License-Identifier: Apache-2.0
#include "unit/store/store_contract.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <set>
#include <thread>
#include <vector>

#include <react1/error.hpp>

namespace react1::test {
namespace {

void check_same_content(const Job& actual, const Job& expected) {
  CHECK(actual.id == expected.id);
  CHECK(actual.intent == expected.intent);
  CHECK(actual.endpoint == expected.endpoint);
  CHECK(actual.queue_url == expected.queue_url);
  CHECK(actual.request.request_id == expected.request.request_id);
  CHECK(actual.request.status_url == expected.request.status_url);
  CHECK(actual.request.response_url == expected.request.response_url);
  CHECK(actual.request.cancel_url == expected.request.cancel_url);
  CHECK(actual.video == expected.video);
  CHECK(actual.audio == expected.audio);
  CHECK(actual.output == expected.output);
  CHECK(actual.parameters_json == expected.parameters_json);
  CHECK(actual.prepare_json == expected.prepare_json);
  CHECK(actual.record_json == expected.record_json);
  CHECK(actual.error == expected.error);
  CHECK(actual.sandbox == expected.sandbox);
  CHECK(actual.token == expected.token);
  CHECK(actual.input_sha256 == expected.input_sha256);
  CHECK(actual.cost_usd == expected.cost_usd);
}

void keeps_every_field(const StoreFactory& factory) {
  Job job = sample_job("intent");
  const auto opened = factory()->open(job, /*again=*/false);
  CHECK(opened.is_new);
  CHECK(opened.job.state == JobState::created);
  CHECK(opened.job.created_ms > 1'600'000'000'000);
  const auto found = factory()->find(opened.job.id);
  REQUIRE(found);
  check_same_content(*found, job);
  CHECK(found->created_ms == opened.job.created_ms);

  job.request = {"other", "s2", "r2", "c2"};
  job.endpoint = "e2";
  job.queue_url = "q2";
  job.video = "v2";
  job.audio = "a2";
  job.output = "o2";
  job.parameters_json = "{\"p\":2}";
  job.prepare_json = "{\"q\":2}";
  job.record_json = "{\"r\":2}";
  job.error = "it's 'quoted' \xE2\x80\xA6";
  job.cost_usd = Rational(199, 100);
  job.sandbox = "run-2";
  job.token = "token-2";
  job.input_sha256 = "digest-2";
  REQUIRE(factory()->move(job, JobState::created, JobState::submitting));
  const auto moved = factory()->find(opened.job.id);
  REQUIRE(moved);
  CHECK(moved->state == JobState::submitting);
  check_same_content(*moved, job);
  CHECK(moved->updated_ms >= moved->created_ms);
}

void keeps_bytes_that_are_no_text(const StoreFactory& factory) {
  Job job = sample_job("bytes");
  job.video = "/in/\xFF\xFE latin-1 \xE4.mp4";  // a path may hold anything but a zero byte
  job.audio = "/in/back\\slash 'quote' \\x41.wav";
  job.output = "/out/new\nline\ttab.mp4";
  job.error = "\x80\x81";
  job.record_json = std::string(300'000, 'x');
  job = factory()->open(job, /*again=*/false).job;
  const auto found = factory()->find(job.id);
  REQUIRE(found);
  check_same_content(*found, job);
}

void tells_the_story_of_a_job(const StoreFactory& factory) {
  const auto store = factory();
  CHECK(store->events("no such job").empty());
  Job job = sample_job("story");
  job.request = {};
  job.error.clear();
  job = store->open(job, false).job;
  REQUIRE(store->reserve(job, 10, 0) == JobStore::Reserved::yes);
  job.error = "the answer was lost";
  REQUIRE(store->move(job, JobState::submitting, JobState::outcome_unknown));
  REQUIRE(store->update(job));
  CHECK_FALSE(store->move(job, JobState::submitting, JobState::submitted));
  job.error.clear();
  job.request = {"r-1", "s", "p", "c"};
  REQUIRE(store->move(job, JobState::outcome_unknown, JobState::submitted));
  const std::vector<JobEvent> events = factory()->events(job.id);
  REQUIRE(events.size() == 4);
  CHECK(events[0].from == JobState::created);
  CHECK(events[0].to == JobState::created);
  CHECK(events[0].at_ms == job.created_ms);
  CHECK(events[1].to == JobState::submitting);
  CHECK(events[1].epoch == 1);
  CHECK(events[1].owner == job.owner);
  CHECK(events[2].to == JobState::outcome_unknown);
  CHECK(events[2].reason == "the answer was lost");
  CHECK(events[3].from == JobState::outcome_unknown);
  CHECK(events[3].to == JobState::submitted);
  CHECK(events[3].request_id == "r-1");
  CHECK(events[3].reason.empty());
  for (std::size_t i = 1; i < events.size(); ++i) CHECK(events[i].at_ms >= events[i - 1].at_ms);
}

void fills_in_an_empty_id(const StoreFactory& factory) {
  const auto store = factory();
  Job job = sample_job("one");
  job.id.clear();
  auto first = store->open(job, false);
  job.intent = "two";
  const auto second = store->open(job, false);
  CHECK_FALSE(first.job.id.empty());
  CHECK(first.job.id != second.job.id);
}

void pays_once_per_intent(const StoreFactory& factory) {
  const auto store = factory();
  Job job = sample_job("same");
  job.id.clear();
  Job first = store->open(job, false).job;
  for (const auto& [from, to] :
       {std::pair{JobState::created, JobState::submitting}, std::pair{JobState::submitting, JobState::submitted},
        std::pair{JobState::submitted, JobState::done}}) {
    const auto again = store->open(job, false);
    CHECK_FALSE(again.is_new);
    CHECK(again.job.id == first.id);
    CHECK(again.job.state == from);
    REQUIRE(store->move(first, from, to));
  }
  CHECK_FALSE(store->open(job, false).is_new);
  const auto forced = store->open(job, true);
  CHECK(forced.is_new);
  CHECK(store->open(job, false).job.id == forced.job.id);  // the newest one answers
}

void opens_anew_after_failure_or_cancel(const StoreFactory& factory) {
  const auto store = factory();
  for (const JobState end : {JobState::failed, JobState::cancelled}) {
    Job job = sample_job("ends");
    job.id.clear();
    auto first = store->open(job, false);
    REQUIRE(first.is_new);
    REQUIRE(store->move(first.job, JobState::created, end));
    CHECK(store->open(job, true).is_new);
    auto current = store->open(job, false);
    CHECK_FALSE(current.is_new);
    CHECK(current.job.id != first.job.id);
    REQUIRE(store->move(current.job, JobState::created, JobState::failed));
  }
}

void an_unknown_outcome_is_never_opened_anew(const StoreFactory& factory) {
  const auto store = factory();
  Job job = store->open(sample_job("lost"), false).job;
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  REQUIRE(store->move(job, JobState::submitting, JobState::outcome_unknown));
  const auto second = store->open(sample_job("lost"), false);
  CHECK_FALSE(second.is_new);
  CHECK(second.job.state == JobState::outcome_unknown);
}

void moves_by_compare_and_set(const StoreFactory& factory) {
  const auto store = factory();
  const auto other = factory();
  Job job = store->open(sample_job("cas"), false).job;
  CHECK(store->move(job, JobState::created, JobState::submitting));
  CHECK(job.state == JobState::submitting);
  CHECK_FALSE(other->move(job, JobState::created, JobState::submitting));
  CHECK(other->find(job.id)->state == JobState::submitting);
  CHECK_THROWS_AS((void)store->move(job, JobState::created, JobState::done), Error);
  Job stranger = job;
  stranger.id = "no such job";
  CHECK_FALSE(store->move(stranger, JobState::created, JobState::submitting));
}

void writes_carry_the_epoch_of_their_claim(const StoreFactory& factory) {
  const auto store = factory();
  Job first = store->open(sample_job("epoch"), false).job;
  REQUIRE(store->move(first, JobState::created, JobState::submitting));
  CHECK(first.epoch == 1);
  Job slept = first;  // an attempt that does not notice that its claim is over
  REQUIRE(store->move(first, JobState::submitting, JobState::outcome_unknown));
  REQUIRE(store->move(first, JobState::outcome_unknown, JobState::created));
  REQUIRE(store->move(first, JobState::created, JobState::submitting));
  CHECK(first.epoch == 2);
  CHECK_FALSE(store->move(slept, JobState::submitting, JobState::submitted));
  CHECK_FALSE(store->renew(slept));
  CHECK_FALSE(store->update(slept));
  CHECK(store->renew(first));
  CHECK(store->find(first.id)->state == JobState::submitting);
}

void a_claim_is_a_lease(const StoreFactory& factory) {
  const auto store = factory();
  Job job = store->open(sample_job("lease"), false).job;
  job.owner = "another-machine boot pid:[1] 1 1 1";
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  const std::int64_t until = store->find(job.id)->lease_until_ms;
  CHECK(until == job.lease_until_ms);
  CHECK(store->claim_holds(*store->find(job.id)));
  REQUIRE(store->renew(job));
  CHECK(job.lease_until_ms >= until);
  Job later = *store->find(job.id);
  later.lease_until_ms -= claim_lease().count();
  CHECK_FALSE(store->claim_holds(later));
  REQUIRE(store->move(job, JobState::submitting, JobState::outcome_unknown));
  CHECK_FALSE(store->renew(job));
}

void updates_only_in_the_expected_state(const StoreFactory& factory) {
  const auto store = factory();
  Job job = store->open(sample_job("update"), false).job;
  job.output = "/elsewhere.mp4";
  CHECK(store->update(job));
  CHECK(store->find(job.id)->output == "/elsewhere.mp4");
  Job before = job;
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  before.output = "/too-late.mp4";
  CHECK_FALSE(store->update(before));
  CHECK(store->find(job.id)->output == "/elsewhere.mp4");
}

void finds_by_request(const StoreFactory& factory) {
  const auto store = factory();
  Job job = sample_job("request");
  job.request = {};
  job = store->open(job, false).job;
  CHECK_FALSE(store->find_by_request(""));
  CHECK_FALSE(store->find_by_request("req-9"));
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  job.request = {"req-9", "s", "r", "c"};
  REQUIRE(store->move(job, JobState::submitting, JobState::submitted));
  REQUIRE(store->find_by_request("req-9"));
  CHECK(store->find_by_request("req-9")->id == job.id);
  CHECK_FALSE(store->find_by_request("req-9' OR '1'='1"));
}

void finds_by_token(const StoreFactory& factory) {
  const auto store = factory();
  CHECK_FALSE(store->find_by_token(""));
  Job job = sample_job("named");
  job.token = "token-1";
  const std::string id = store->open(job, false).job.id;
  CHECK(store->find_by_token("token-1")->id == id);
  CHECK_FALSE(store->find_by_token("token-2"));
  CHECK_FALSE(store->find_by_token(""));
}

/// A job without a request whose paid call has an unknown outcome.
Job unknown_job(JobStore& store, const std::string& name) {
  Job job = sample_job(name);
  job.request = {};
  job = store.open(job, false).job;
  REQUIRE(store.move(job, JobState::created, JobState::submitting));
  REQUIRE(store.move(job, JobState::submitting, JobState::outcome_unknown));
  return job;
}

void gives_a_request_to_one_job_only(const StoreFactory& factory) {
  constexpr int kThreads = 6;
  for (int round = 0; round < 5; ++round) {
    const auto first = factory();
    std::vector<Job> jobs;
    for (int i = 0; i < kThreads; ++i)
      jobs.push_back(unknown_job(*first, std::to_string(round) + "/" + std::to_string(i)));
    std::barrier start(kThreads);
    std::atomic<int> attached = 0;
    std::vector<std::thread> threads;
    for (Job& job : jobs) {
      threads.emplace_back([&] {
        const auto store = factory();
        job.request.request_id = "found " + std::to_string(round);
        start.arrive_and_wait();
        attached += store->move(job, JobState::outcome_unknown, JobState::submitted) ? 1 : 0;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(attached == 1);
  }
}

void lists_newest_first(const StoreFactory& factory) {
  const auto store = factory();
  std::vector<std::string> ids;
  for (const char* intent : {"a", "b", "c"}) {
    Job job = sample_job(intent);
    job.id.clear();
    ids.push_back(store->open(job, false).job.id);
  }
  Job second = *store->find(ids[1]);
  REQUIRE(store->move(second, JobState::created, JobState::cancelled));
  const auto all = store->list(std::nullopt, 10);
  REQUIRE(all.size() == 3);
  CHECK(std::set{all[0].id, all[1].id, all[2].id} == std::set<std::string>(ids.begin(), ids.end()));
  CHECK(all[0].created_ms >= all[2].created_ms);
  const auto created = store->list(JobState::created, 10);
  CHECK(created.size() == 2);
  CHECK(store->list(std::nullopt, 1).size() == 1);
  CHECK(store->list(JobState::done, 10).empty());
}

void pages_without_documents(const StoreFactory& factory) {
  const auto store = factory();
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) {
    Job job = sample_job(std::to_string(i));
    job.id = "job-" + std::to_string(i);
    job = store->open(job, false).job;
    if (i % 2 == 0) REQUIRE(store->move(job, JobState::created, JobState::cancelled));
  }
  for (const Job& job : store->list(std::nullopt, 10)) ids.push_back(job.id);
  REQUIRE(ids.size() == 7);
  for (std::size_t size = 1; size <= 8; ++size) {
    CAPTURE(size);
    std::vector<std::string> paged;
    std::optional<JobRow> last;
    for (;;) {
      const std::vector<JobRow> page = store->rows(std::nullopt, size, last ? &*last : nullptr);
      if (page.empty()) break;
      CHECK(page.size() <= size);
      for (const JobRow& row : page) paged.push_back(row.id);
      last = page.back();
    }
    CHECK(paged == ids);
  }
  const std::vector<JobRow> cancelled = store->rows(JobState::cancelled, 10);
  CHECK(cancelled.size() == 4);
  CHECK(store->rows(JobState::cancelled, 10, &cancelled[1]).size() == 2);
  CHECK(store->rows(JobState::done, 10).empty());
  CHECK(cancelled[0].parameters_json == "{\"p\":1}");
}

void knows_that_this_process_is_alive(const StoreFactory& factory) {
  const auto store = factory();
  Job job = store->open(sample_job("alive"), false).job;
  CHECK_FALSE(store->claim_holds(job));  // not claimed
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  const Job taken = *store->find(job.id);
  CHECK_FALSE(taken.owner.empty());
  CHECK(store->claim_holds(taken));
}

/// A job that costs `usd`, its paid call under way.
Job paying(JobStore& store, const std::string& intent, const Rational& usd) {
  Job job = sample_job(intent);
  job.request = {};
  job.cost_usd = usd;
  job = store.open(job, false).job;
  REQUIRE(store.move(job, JobState::created, JobState::submitting));
  return *store.find(job.id);
}

void counts_what_may_have_been_paid(const StoreFactory& factory) {
  const auto store = factory();
  CHECK(store->spent_usd(0) == 0);
  CHECK(paying(*store, "under way", 1).paid_ms > 1'600'000'000'000);
  Job unknown = paying(*store, "unknown", 2);
  REQUIRE(store->move(unknown, JobState::submitting, JobState::outcome_unknown));
  Job done = paying(*store, "accepted, then failed", 4);
  done.request.request_id = "r";
  REQUIRE(store->move(done, JobState::submitting, JobState::submitted));
  REQUIRE(store->move(done, JobState::submitted, JobState::failed));
  Job refused = paying(*store, "refused", 8);
  REQUIRE(store->move(refused, JobState::submitting, JobState::failed));
  Job never_left = paying(*store, "never left", 16);
  REQUIRE(store->move(never_left, JobState::submitting, JobState::created));
  CHECK(store->spent_usd(0) == 7);
  CHECK(store->spent_usd(done.paid_ms + 3'600'000) == 0);
  // A fraction of a millionth is not given away.
  static_cast<void>(paying(*store, "thirds", Rational(1, 3)));
  CHECK(store->spent_usd(0) == 7 + Rational(333'334, 1'000'000));
}

void reserves_within_the_budget(const StoreFactory& factory) {
  const auto store = factory();
  Job job = sample_job("fits");
  job.request = {};
  job.cost_usd = Rational(5, 2);
  job = store->open(job, false).job;
  CHECK(store->reserve(job, Rational(249, 100), 0) == JobStore::Reserved::over_budget);
  CHECK(store->find(job.id)->state == JobState::created);
  CHECK(store->reserve(job, Rational(250, 100), 0) == JobStore::Reserved::yes);
  CHECK(store->find(job.id)->state == JobState::submitting);
  CHECK(store->reserve(job, 100, 0) == JobStore::Reserved::moved_away);
}

void many_threads_never_spend_more_than_the_budget(const StoreFactory& factory) {
  constexpr int threads_at_once = 8;
  std::barrier start(threads_at_once);
  std::atomic<int> reserved = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_at_once; ++i) {
    threads.emplace_back([&, i] {
      const auto store = factory();
      Job job = sample_job("spends " + std::to_string(i));
      job.request = {};
      job.cost_usd = 2;
      job = store->open(job, false).job;
      start.arrive_and_wait();
      reserved += store->reserve(job, 7, 0) == JobStore::Reserved::yes ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(reserved == 3);
  CHECK(factory()->spent_usd(0) == 6);
}

void one_of_many_threads_opens_the_intent(const StoreFactory& factory) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    std::barrier start(kThreads);
    std::atomic<int> fresh = 0;
    std::atomic<int> movers = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        const auto store = factory();
        start.arrive_and_wait();
        Job job = sample_job("race " + std::to_string(round));
        job.id.clear();
        auto opened = store->open(job, false);
        fresh += opened.is_new ? 1 : 0;
        movers += store->move(opened.job, JobState::created, JobState::submitting) ? 1 : 0;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(fresh == 1);
    CHECK(movers == 1);
  }
}

void one_handle_serves_many_threads(const StoreFactory& factory) {
  const auto store = factory();
  std::vector<std::thread> threads;
  std::atomic<int> fresh = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        Job job = sample_job(std::to_string(i) + "/" + std::to_string(n));
        job.id.clear();
        fresh += store->open(job, false).is_new ? 1 : 0;
        (void)store->list(std::nullopt, 5);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(fresh == 40);
  CHECK(store->list(std::nullopt, 100).size() == 40);
}

}  // namespace

Job sample_job(const std::string& intent) {
  Job job;
  job.id = "id of " + intent;
  job.intent = intent;
  job.endpoint = "owner/app/model";
  job.queue_url = "http://127.0.0.1:1";
  job.request = {"req of " + intent, "http://127.0.0.1:1/s", "http://127.0.0.1:1/r", "http://127.0.0.1:1/c"};
  job.video = "/in/v.mp4";
  job.audio = "/in/\xC3\xA4.wav";
  job.output = "/out/o.mp4";
  job.parameters_json = "{\"p\":1}";
  job.prepare_json = "{\"q\":1}";
  job.record_json = "{\"r\":1}";
  job.error = "none";
  job.sandbox = "run";
  job.token = "token of " + intent;
  job.input_sha256 = "digest of " + intent;
  return job;
}

void run_store_contract(const std::function<StoreFactory()>& fresh_place) {
  SUBCASE("keeps every field") {
    keeps_every_field(fresh_place());
  }
  SUBCASE("keeps bytes that are no text") {
    keeps_bytes_that_are_no_text(fresh_place());
  }
  SUBCASE("tells the story of a job") {
    tells_the_story_of_a_job(fresh_place());
  }
  SUBCASE("counts what may have been paid") {
    counts_what_may_have_been_paid(fresh_place());
  }
  SUBCASE("reserves within the budget") {
    reserves_within_the_budget(fresh_place());
  }
  SUBCASE("many threads never spend more than the budget") {
    many_threads_never_spend_more_than_the_budget(fresh_place());
  }
  SUBCASE("fills in an empty id") {
    fills_in_an_empty_id(fresh_place());
  }
  SUBCASE("pays once per intent") {
    pays_once_per_intent(fresh_place());
  }
  SUBCASE("opens a new job after failure or cancel") {
    opens_anew_after_failure_or_cancel(fresh_place());
  }
  SUBCASE("an unknown outcome never opens a new job") {
    an_unknown_outcome_is_never_opened_anew(fresh_place());
  }
  SUBCASE("moves by compare and set") {
    moves_by_compare_and_set(fresh_place());
  }
  SUBCASE("writes carry the epoch of their claim") {
    writes_carry_the_epoch_of_their_claim(fresh_place());
  }
  SUBCASE("a claim is a lease") {
    a_claim_is_a_lease(fresh_place());
  }
  SUBCASE("updates only in the expected state") {
    updates_only_in_the_expected_state(fresh_place());
  }
  SUBCASE("finds by request") {
    finds_by_request(fresh_place());
  }
  SUBCASE("finds by token") {
    finds_by_token(fresh_place());
  }
  SUBCASE("gives a request to one job only, also when several claim it at once") {
    gives_a_request_to_one_job_only(fresh_place());
  }
  SUBCASE("lists newest first") {
    lists_newest_first(fresh_place());
  }
  SUBCASE("pages without documents") {
    pages_without_documents(fresh_place());
  }
  SUBCASE("knows that this process is alive") {
    knows_that_this_process_is_alive(fresh_place());
  }
  SUBCASE("one of many threads opens the intent") {
    one_of_many_threads_opens_the_intent(fresh_place());
  }
  SUBCASE("one handle serves many threads") {
    one_handle_serves_many_threads(fresh_place());
  }
}

}  // namespace react1::test
