// SPDX-License-Identifier: Apache-2.0
// The SQLite store: the common contract, and what is SQLite's own: other processes, sudden death, damaged files.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <memory>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/sqlite/sqlite_migrations.hpp"
#include "support/child.hpp"
#include "unit/store/store_contract.hpp"

namespace {

using namespace react1;

ErrorCode code_of_opening(const std::string& path) {
  try {
    (void)open_job_store(path)->list(std::nullopt, 1);
  } catch (const Error& error) {
    CHECK_FALSE(error.hint().empty());
    return error.code();
  }
  return ErrorCode::internal;
}

TEST_CASE("the SQLite store keeps the contract of every job store") {
  const TemporaryDirectory folder;
  int count = 0;
  test::run_store_contract([&] {
    const std::string path = (folder.path() / (std::to_string(count++) + ".sqlite")).string();
    return [path] { return open_job_store(path); };
  });
}

TEST_CASE("what a killed process had moved is there after the store is opened again") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "store.sqlite").string();
  const int status = test::in_child([&] {
    const auto store = open_job_store(path);
    Job job = store->open(test::sample_job("killed"), false).job;
    (void)store->move(job, JobState::created, JobState::submitting);
    job.request = {"paid", "s", "r", "c"};
    (void)store->move(job, JobState::submitting, JobState::submitted);
    ::raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  const auto found = open_job_store(path)->find_by_request("paid");
  REQUIRE(found);
  CHECK(found->state == JobState::submitted);
}

TEST_CASE("a job whose submitting process died is recognised, and one that is worked on is not") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "store.sqlite").string();
  const int status = test::in_child([&] {
    const auto store = open_job_store(path);
    Job job = store->open(test::sample_job("orphan"), false).job;
    (void)store->move(job, JobState::created, JobState::submitting);
    ::raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  const auto store = open_job_store(path);
  const auto orphan = store->open(test::sample_job("orphan"), false);
  CHECK_FALSE(orphan.is_new);
  CHECK(orphan.job.state == JobState::submitting);
  CHECK_FALSE(store->claim_holds(orphan.job));

  Job mine = store->open(test::sample_job("mine"), false).job;
  REQUIRE(store->move(mine, JobState::created, JobState::submitting));
  const int seen_from_child = test::in_child([&] {
    const auto other = open_job_store(path);
    ::_exit(other->claim_holds(*other->find(mine.id)) ? 7 : 8);
  });
  REQUIRE(WIFEXITED(seen_from_child));
  CHECK(WEXITSTATUS(seen_from_child) == 7);
}

TEST_CASE("an owner that cannot be looked at holds its claim for as long as its lease") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "store.sqlite").string();
  const auto store = open_job_store(path);
  Job job = store->open(test::sample_job("foreign"), false).job;
  REQUIRE(store->move(job, JobState::created, JobState::submitting));
  Job foreign = *store->find(job.id);
  foreign.owner = "another-machine boot pid:[1] 1 1";
  CHECK(store->claim_holds(foreign));
  foreign.lease_until_ms -= claim_lease().count();
  CHECK_FALSE(store->claim_holds(foreign));
}

TEST_CASE("an id that another job has is not used twice") {
  const TemporaryDirectory folder;
  const auto store = open_job_store((folder.path() / "store.sqlite").string());
  Job first = test::sample_job("one"), second = test::sample_job("two");
  first.id = second.id = "the-id-of-a-context";
  const Job one = store->open(first, false).job;
  const Job two = store->open(second, false).job;
  CHECK(one.id == "the-id-of-a-context");
  CHECK(two.id != one.id);
  CHECK_FALSE(two.id.empty());
  CHECK(store->find(one.id)->intent != store->find(two.id)->intent);
}

TEST_CASE("of many processes that open the same intent at once exactly one is new") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "store.sqlite").string();  // not there yet: creating it races as well
  constexpr int kChildren = 6;
  pid_t children[kChildren] = {};
  for (pid_t& child : children) {
    child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        Job job = test::sample_job("shared");
        job.id.clear();
        ::_exit(open_job_store(path)->open(job, false).is_new ? 1 : 0);
      } catch (...) {
        ::_exit(99);
      }
    }
  }
  int fresh = 0;
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, /*options=*/0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) <= 1);
    fresh += WEXITSTATUS(status);
  }
  CHECK(fresh == 1);
  CHECK(open_job_store(path)->list(std::nullopt, 10).size() == 1);
}

TEST_CASE("a store of before tokens and sandboxes is brought forward with all its jobs") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "old.sqlite").string();
  {
    store::Database old(path);
    store::job_store_identity().build(old, /*version=*/3);
    old.execute(
        "INSERT INTO jobs VALUES ('j1', 'intent', 'submitted', 'e', 'https://queue.fal.run', 'r1', '', '', '', 'v',"
        " 'a', 'o', '{}', '{\"p\":1}', '{\"r\":1}', '', '', 1, 2, 830000, 3, 1, 0, 0, '');"
        "PRAGMA user_version = 3;");
  }
  const auto store = open_job_store(path);
  const auto job = store->find_by_request("r1");
  REQUIRE(job);
  CHECK(job->id == "j1");
  CHECK(job->state == JobState::submitted);
  CHECK(job->cost_usd == Rational(83, 100));
  CHECK(job->sandbox.empty());
  CHECK(job->token.empty());
  CHECK(job->input_sha256.empty());
  CHECK(job->prepare_json == "{\"p\":1}");
  CHECK(job->record_json == "{\"r\":1}");
  CHECK(store->events(job->id).empty());
  Job moved = *job;
  CHECK(store->move(moved, JobState::submitted, JobState::done));
}

TEST_CASE("a transaction that is not committed leaves nothing behind") {
  const TemporaryDirectory folder;
  store::Database database((folder.path() / "plain.sqlite").string());
  database.execute("CREATE TABLE t (n BIGINT)");
  {
    store::Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
  }
  {
    store::Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (2)");
    transaction.commit();
  }
  store::Statement query(database, "SELECT sum(n) FROM t");
  REQUIRE(query.step());
  CHECK(query.number(0) == 2);
}

TEST_CASE("a store of a newer program is refused and left alone") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "store.sqlite").string();
  const std::string version = std::to_string(store::current_version() + 1);
  (void)open_job_store(path);
  store::Database(path).execute(("PRAGMA user_version = " + version).c_str());
  CHECK(code_of_opening(path) == ErrorCode::io);
  store::Database database(path);
  store::Statement query(database, "PRAGMA user_version");
  REQUIRE(query.step());
  CHECK(query.text(0) == version);
}

TEST_CASE("a file that is no store, a folder and an unreachable place are I/O errors that say what to do") {
  const TemporaryDirectory folder;
  const auto text = folder.path() / "store.txt";
  std::ofstream(text) << std::string(5000, 'x');
  CHECK(code_of_opening(text.string()) == ErrorCode::io);
  const auto directory = folder.path() / "store-folder";
  std::filesystem::create_directory(directory);
  CHECK(code_of_opening(directory.string()) == ErrorCode::io);
  CHECK(code_of_opening((text / "below" / "a.sqlite").string()) == ErrorCode::io);
  CHECK(code_of_opening("postgresql://[::1/store") == ErrorCode::usage);  // an address that nobody can read
}

TEST_CASE("a store in a folder that does not exist yet creates it") {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "new" / "deep" / "jobs.sqlite";
  CHECK(open_job_store(path.string())->list(std::nullopt, 1).empty());
  CHECK(std::filesystem::exists(path));
}

}  // namespace
