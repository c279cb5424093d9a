// SPDX-License-Identifier: Apache-2.0
// The job store in PostgreSQL, on a real server: the contract of every store, and what can happen between a program and
// a server that the program does not see.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>

#include "postgres/server.hpp"
#include "store/common/patience.hpp"
#include "store/postgres/postgres_store.hpp"
#include "support/child.hpp"
#include "support/cutting_proxy.hpp"
#include "support/eventually.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"
#include "unit/store/store_contract.hpp"

using namespace react1;
using namespace std::chrono_literals;
using test::CuttingProxy;
using test::PostgresServer;

namespace {

/// One server for all cases: each has a database of its own.
PostgresServer& server() {
  static PostgresServer instance(PostgresServer::programs().value());
  return instance;
}

const std::string& journals() {
  static const TemporaryDirectory folder;
  static const std::string path = folder.path().string();
  return path;
}

std::unique_ptr<JobStore> store_at(const std::string& address) {
  return std::make_unique<store::PostgresStore>(address, journals());
}

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::internal, "", "nothing was thrown");
}

std::string count(const std::string& address, const std::string& from) {
  return PostgresServer::sql(address, "SELECT count(*) FROM " + from);
}

Job opened(JobStore& store, const std::string& intent, const Rational& usd = 1) {
  Job job = test::sample_job(intent);
  job.request = {};
  job.error.clear();
  job.cost_usd = usd;
  return store.open(job, /*again=*/false).job;
}

}  // namespace

TEST_SUITE("PostgreSQL" * doctest::skip(test::no_postgres_server())) {
  TEST_CASE("the PostgreSQL store keeps the contract of every job store") {
    test::run_store_contract([] {
      const std::string address = server().fresh_database();
      return [address] { return store_at(address); };
    });
  }

  TEST_CASE("a commit whose answer is lost is read back, and nothing is written twice") {
    for (const auto cut : {CuttingProxy::Cut::before, CuttingProxy::Cut::after}) {
      CAPTURE(static_cast<int>(cut));
      CuttingProxy proxy(server().port());
      const std::string address = server().fresh_database();
      const auto store = store_at(PostgresServer::by_port(address, proxy.port()));
      const auto other = store_at(address);

      proxy.cut_next("COMMIT", cut);
      Job asked = test::sample_job("cut");
      asked.request = {};
      const auto first = store->open(asked, /*again=*/false);
      CHECK(first.is_new);
      Job job = first.job;
      CHECK(count(address, "react1.jobs") == "1");

      proxy.cut_next("COMMIT", cut);
      job.cost_usd = 2;
      CHECK(store->reserve(job, 3, 0) == JobStore::Reserved::yes);
      CHECK(other->find(job.id)->state == JobState::submitting);
      CHECK(job.epoch == 1);
      CHECK(job.paid_ms == other->find(job.id)->paid_ms);
      CHECK(job.lease_until_ms == other->find(job.id)->lease_until_ms);
      CHECK(other->spent_usd(0) == 2);

      proxy.cut_next("COMMIT", cut);
      CHECK(store->renew(job));

      proxy.cut_next("COMMIT", cut);
      job.request = {"r", "s", "p", "c"};
      CHECK(store->move(job, JobState::submitting, JobState::submitted));
      CHECK(other->find_by_request("r")->id == job.id);

      proxy.cut_next("COMMIT", cut);
      job.output = "/elsewhere";
      CHECK(store->update(job));
      CHECK(other->find(job.id)->output == "/elsewhere");

      proxy.cut_next("COMMIT", cut);
      Job again = asked;
      CHECK(store->open(again, /*again=*/true).is_new);
      CHECK(count(address, "react1.jobs") == "2");

      proxy.cut_next("COMMIT", cut);
      Job unknown = opened(*other, "unknown");
      REQUIRE(other->move(unknown, JobState::created, JobState::submitting));
      REQUIRE(other->move(unknown, JobState::submitting, JobState::outcome_unknown));
      unknown.request.request_id = "found";
      CHECK(store->move(unknown, JobState::outcome_unknown, JobState::submitted));
      CHECK(proxy.cuts() == 7);
      CHECK(store->events(job.id).size() == 3);
      CHECK(store->events(unknown.id).size() == 4);
    }
  }

  TEST_CASE("a connection that is cut at any message is made again, and the story is the same") {
    CuttingProxy proxy(server().port());
    for (const char* word : {"BEGIN", "pg_advisory_xact_lock", "clock_timestamp", "INSERT INTO react1.jobs",
                             "INSERT INTO react1.job_events", "SELECT id, intent", "COMMIT"}) {
      for (const auto cut : {CuttingProxy::Cut::before, CuttingProxy::Cut::after}) {
        CAPTURE(word);
        CAPTURE(static_cast<int>(cut));
        const std::string address = server().fresh_database();
        const auto store = store_at(PostgresServer::by_port(address, proxy.port()));
        const int before = proxy.cuts();
        proxy.cut_next(word, cut);
        Job job = opened(*store, "cut");
        CHECK(store->move(job, JobState::created, JobState::submitting));
        CHECK(store->find(job.id)->state == JobState::submitting);
        CHECK(proxy.cuts() == before + 1);
        CHECK(count(address, "react1.jobs") == "1");
        CHECK(count(address, "react1.job_events") == "2");
      }
    }
  }

  TEST_CASE("a server that crashes and comes back loses nothing and pays nothing twice") {
    PostgresServer own(PostgresServer::programs().value());
    const std::string address = own.fresh_database();
    const auto store = store_at(address);
    std::atomic<bool> ending = false;
    std::atomic<int> jobs = 0;
    std::string failure;
    std::thread working([&] {
      try {
        while (!ending) {
          Job job = opened(*store, std::to_string(jobs));
          CHECK(store->reserve(job, 1'000'000, 0) == JobStore::Reserved::yes);
          job.request.request_id = "r" + std::to_string(jobs);
          CHECK(store->move(job, JobState::submitting, JobState::submitted));
          ++jobs;
        }
      } catch (const Error& error) {
        failure = error.what();  // read once the thread has ended
      }
    });
    for (int round = 1; round <= 5; ++round) {
      CHECK(test::eventually([&] { return jobs >= 3 * round; }));
      own.stop_immediately();
      own.start();
    }
    ending = true;
    working.join();
    CAPTURE(failure);
    CHECK(failure.empty());
    CHECK(store->spent_usd(0) == jobs.load());
    CHECK(store->list(JobState::submitted, 100'000).size() == static_cast<std::size_t>(jobs.load()));
    CHECK(count(address, "react1.job_events") == std::to_string(3 * jobs.load()));
  }

  TEST_CASE("a server that does not answer is an error that names it, and a stop ends the wait at once") {
    PostgresServer own(PostgresServer::programs().value());
    const std::string address = own.fresh_database();
    const auto store = store_at(address);
    static_cast<void>(opened(*store, "before"));
    own.freeze();
    {
      const store::Patience patience(300ms);
      const Error error = error_of([&] { static_cast<void>(store->spent_usd(0)); });
      CHECK(error.code() == ErrorCode::io);
      CHECK(error.retryable());
      CHECK(error.where().find("postgresql://127.0.0.1:") == 0);
    }
    std::stop_source stop;
    std::thread stopping([&] {
      std::this_thread::sleep_for(200ms);
      stop.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    {
      const store::StopScope stoppable(stop.get_token());
      CHECK(error_of([&] { static_cast<void>(store->spent_usd(0)); }).code() == ErrorCode::interrupted);
    }
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    stopping.join();
    own.thaw();
    CHECK(store->spent_usd(0) == 0);
    own.stop_immediately();
    const store::Patience patience(300ms);
    const Error down = error_of([&] { static_cast<void>(store->find("x")); });
    CHECK(down.code() == ErrorCode::io);
    CHECK(down.retryable());
    CHECK_FALSE(down.hint().empty());
    own.start();
  }

  TEST_CASE("what waiting does not mend is refused at once, and no password is shown") {
    const std::string address = server().fresh_database();
    const auto began = std::chrono::steady_clock::now();
    const std::string no_such = address.substr(0, address.rfind('/')) + "/no_such_database";
    const std::string with_password = "postgresql://react1:s3cret@" + no_such.substr(no_such.find('@') + 1);
    for (const std::string& wrong : {no_such, with_password}) {
      const Error error = error_of([&] { static_cast<void>(store_at(wrong)); });
      CHECK(error.code() == ErrorCode::io);
      CHECK_FALSE(error.retryable());
      CHECK(std::string(error.what()).find("s3cret") == std::string::npos);
      CHECK(error.detail().find("no_such_database") != std::string::npos);
      CHECK_FALSE(error.hint().empty());
    }
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    const Error unreadable = error_of([] { static_cast<void>(store_at("postgresql://user:s3cret@[::1/x")); });
    CHECK(unreadable.code() == ErrorCode::usage);
    CHECK(std::string(unreadable.what()).find("s3cret") == std::string::npos);
  }

  TEST_CASE("tables of another program are left alone") {
    const std::string address = server().fresh_database();
    SUBCASE("a schema of that name without our mark") {
      PostgresServer::sql(
          address, "CREATE SCHEMA react1; CREATE TABLE react1.jobs (id int); INSERT INTO react1.jobs VALUES (7)");
      CHECK(error_of([&] { static_cast<void>(store_at(address)); }).code() == ErrorCode::io);
      CHECK(PostgresServer::sql(address, "SELECT id FROM react1.jobs") == "7");
      CHECK(count(address, "pg_class WHERE relnamespace = 'react1'::regnamespace AND relkind = 'r'") == "1");
    }
    SUBCASE("a mark of another application") {
      PostgresServer::sql(address,
                          "CREATE SCHEMA react1; CREATE TABLE react1.meta (key text, value text);"
                          "INSERT INTO react1.meta VALUES ('application', 'something else')");
      CHECK(error_of([&] { static_cast<void>(store_at(address)); }).code() == ErrorCode::io);
      CHECK(count(address, "pg_class WHERE relnamespace = 'react1'::regnamespace AND relkind = 'r'") == "1");
    }
    SUBCASE("an empty schema that an administrator made is taken, and other schemas stay") {
      PostgresServer::sql(address, "CREATE SCHEMA react1; CREATE TABLE public.jobs (id int)");
      CHECK(opened(*store_at(address), "a").state == JobState::created);
      CHECK(count(address, "public.jobs") == "0");
    }
  }

  TEST_CASE("programs of two versions share a store, and one that is too old says so") {
    const std::string address = server().fresh_database();
    static_cast<void>(opened(*store_at(address), "a"));
    PostgresServer::sql(address,
                        "ALTER TABLE react1.jobs ADD COLUMN of_tomorrow text NOT NULL DEFAULT '';"
                        "UPDATE react1.meta SET value = '1000' WHERE key = 'version'");
    CHECK(opened(*store_at(address), "b").state == JobState::created);
    PostgresServer::sql(address, "UPDATE react1.meta SET value = '1000' WHERE key = 'usable_from'");
    const Error error = error_of([&] { static_cast<void>(store_at(address)); });
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.hint().find("update") != std::string::npos);
  }

  TEST_CASE("many programs that open a new database at once make its tables once") {
    for (int round = 0; round < 5; ++round) {
      const std::string address = server().fresh_database();
      std::vector<std::thread> threads;
      std::atomic<int> opened_well = 0;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
          const auto store = store_at(address);
          opened_well += opened(*store, std::to_string(i)).state == JobState::created ? 1 : 0;
        });
      }
      for (std::thread& thread : threads) thread.join();
      CHECK(opened_well == 8);
      CHECK(count(address, "react1.meta") == "4");
    }
  }

  TEST_CASE("what a killed process had moved is there, and its claim is seen to be over") {
    const std::string address = server().fresh_database();
    static_cast<void>(store_at(address));
    const int status = test::in_child([&] {
      const auto store = store_at(address);
      Job job = opened(*store, "orphan");
      (void)store->move(job, JobState::created, JobState::submitting);
      ::raise(SIGKILL);
    });
    REQUIRE(WIFSIGNALED(status));
    const auto store = store_at(address);
    const auto orphan = store->open(test::sample_job("orphan"), false);
    CHECK(orphan.job.state == JobState::submitting);
    CHECK_FALSE(store->claim_holds(orphan.job));
  }

  TEST_CASE("a user without rights is told what is missing") {
    const std::string address = server().fresh_database();
    PostgresServer::sql(address, "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN");
    const std::string as_guest = "postgresql://guest@" + address.substr(address.find('@') + 1);
    const Error error = error_of([&] { static_cast<void>(store_at(as_guest)); });
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.hint().find("administrator") != std::string::npos);
  }

  TEST_CASE("the whole job runs with its store on a server, and the same command again pays nothing") {
    const std::string address = server().fresh_database();
    const TemporaryDirectory folder;
    Sandbox sandbox({.faults = test::paid_service()});
    FalClient client(test::client_of(sandbox));
    PipelineOptions options;
    options.clips_directory = (folder.path() / "clips").string();
    options.parameters.emotion = Emotion::happy;
    const auto run_once = [&](const std::string& output) {
      const auto jobs = store_at(address);
      return run(Source(test::fixture("presenter_h264_25fps_6s.mp4")), Source(test::fixture("voice_mono_48k_5s.wav")),
                 (folder.path() / output).string(), options, {.client = client, .jobs = *jobs}, RunContext{});
    };
    const RunRecord first = run_once("a.mp4");
    const RunRecord second = run_once("b.mp4");
    CHECK(second.reused);
    CHECK(first.output_sha256 == second.output_sha256);
    CHECK(sandbox.accepted_submits() == 1);
    const auto events = store_at(address)->events(first.job_id);
    REQUIRE(events.size() == 4);
    CHECK(events.back().to == JobState::done);
  }

}  // TEST_SUITE
