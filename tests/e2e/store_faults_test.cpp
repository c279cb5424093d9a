// SPDX-License-Identifier: Apache-2.0
// What the file system does to the job store and the memory of uploads, at the start, and at the moment of acceptance:
// the fault is named with its cure, at most one payment leaves, and a paid id is found again by the same command.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>
#include <vector>

#include "e2e/faulty_calls.hpp"
#include "e2e/program.hpp"
#include "e2e/world.hpp"
#include "store/sqlite/sqlite.hpp"
#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/ordinary_user.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using namespace std::chrono_literals;
using react1::Json;
using react1::read_file;
using react1::Sandbox;
using react1::SandboxOptions;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// The service answers the paid call late, so that a fault can begin in between.
constexpr const char* kLateAnswer = R"({"faults": [{"route": "submit", "do": {"delay_ms": 1500}}]})";

/// One whose state folder is there from the start.
struct StoreWorld : World {
  explicit StoreWorld(const std::string& faults = {}) : World(SandboxOptions{.faults = faults}) {
    fs::create_directory(user.path("state"));
  }
};

/// The write lock of a store, held by another process than the program's.
class Held {
 public:
  explicit Held(const std::string& path) : database_(path), lock_(database_) {}

 private:
  react1::store::Database database_;
  react1::store::Transaction lock_;
};

struct Row {
  const char* name;
  const char* call;
  const char* file;  ///< below the state folder
  int error;
  const char* word;  ///< what the message has to hold
};

/// The fault is there from the start of a store that exists.
void play_from_start(const Row& row) {
  CAPTURE(std::string(row.name));
  StoreWorld world;
  // Makes the files that the fault is about; a job of another intent, so that nothing is shared.
  REQUIRE(world.run({"--emotion", "sad", "-o", world.user.path("first.mp4")}).exit == 0);
  const std::uint64_t before = world.paid();
  set_faulty_calls(world.user,
                   {{row.call, world.user.path(std::string("state/") + row.file), std::to_string(row.error)}});
  const auto began = steady_clock::now();
  const Outcome outcome = world.run({"--json"});
  CAPTURE(outcome.err);
  CHECK(steady_clock::now() - began < 60s);
  CHECK(outcome.exit == 9);
  CHECK(outcome.err.find(row.word) != std::string::npos);
  CHECK(world.paid() == before);
  set_faulty_calls(world.user, {});
  CHECK(world.run().exit == 0);
  CHECK(world.paid() == before + 1);
}

/// The fault begins while the paid call is on its way.
void play_at_acceptance(const Row& row) {
  CAPTURE(std::string(row.name));
  StoreWorld world(kLateAnswer);
  const std::string begun = world.user.path("begun");
  set_faulty_calls(world.user,
                   {{row.call, world.user.path(std::string("state/") + row.file), std::to_string(row.error), begun}});
  Running running = world.user.start(run_arguments(world.user, {"--json"}));
  REQUIRE(eventually([&] { return world.paid() > 0; }));
  std::ofstream(begun) << "now";
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 9);
  const std::string request = world.sandbox.submits().at(0).request_id;
  CHECK(outcome.error()["request_id"] == request);
  CHECK(outcome.err.find(request) != std::string::npos);
  CHECK(outcome.err.find(row.word) != std::string::npos);
  set_faulty_calls(world.user, {});
  const Outcome again = world.run({"--json"});
  CAPTURE(again.err);
  CHECK(again.exit == 0);
  CHECK(again.json()["request_id"] == request);
  CHECK(world.jobs().at(0)["state"] == "done");
  CHECK(world.paid() == 1);
}

}  // namespace

TEST_CASE("stores: a file system that fails the job store from the start is named with its cure, and nothing is paid") {
  for (const Row& row : {
           Row{"no locks", "lock", "*", ENOLCK, "supports no locks"},
           Row{"locks that are not supported", "lock", "jobs.sqlite", EOPNOTSUPP, "NFS"},
           Row{"no permission to lock", "lock", "jobs.sqlite", EPERM, "REACT1_STATE_DIR"},
           Row{"a log on a full disk", "write", "jobs.sqlite-wal", ENOSPC, "free some space"},
           Row{"a log over the quota", "write", "jobs.sqlite-wal", EDQUOT, "jobs.sqlite"},
           Row{"a log on a failing disk", "write", "jobs.sqlite-wal", EIO, "jobs.sqlite"},
           Row{"a log that can't be flushed", "fsync", "jobs.sqlite-wal", EIO, "jobs.sqlite"},
           Row{"a journal of accepted ids that takes no locks", "lock", "jobs.sqlite.accepted", ENOLCK, "journal"},
       })
    play_from_start(row);
}

TEST_CASE("stores: a fault of the job store at the moment of acceptance loses no id, and pays nothing twice") {
  for (const Row& row : {
           Row{"a full disk", "write", "jobs.sqlite-wal", ENOSPC, "free some space"},
           Row{"a failing disk", "write", "jobs.sqlite-wal", EIO, "next run of the same command"},
           Row{"a disk that can't be flushed", "fsync", "jobs.sqlite-wal", EIO, "next run of the same command"},
           Row{"locks that are gone", "lock", "*", ENOLCK, "supports no locks"},
       })
    play_at_acceptance(row);
}

TEST_CASE("stores: a state folder that goes while the paid call is on its way ends with the id, and no false promise") {
  StoreWorld world(kLateAnswer);
  Running running = world.user.start(run_arguments(world.user, {"--json"}));
  REQUIRE(eventually([&] { return world.paid() > 0; }));
  const std::string request = world.sandbox.submits().at(0).request_id;
  SUBCASE("it is not there any more") {
    fs::rename(world.user.path("state"), world.user.path("gone"));
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 9);
    CHECK(outcome.error()["request_id"] == request);
    CHECK(outcome.err.find("moved, removed or unmounted") != std::string::npos);
    CHECK(outcome.err.find("uses it") == std::string::npos);
    fs::rename(world.user.path("gone"), world.user.path("state"));
    const Outcome again = world.run({"--json"});
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    CHECK(again.json()["request_id"] == request);
  }
  SUBCASE("it comes back in time") {
    fs::rename(world.user.path("state"), world.user.path("gone"));
    running.wait_for_err("accepted request");
    std::this_thread::sleep_for(500ms);  // the length is what is tested: the store is tried for ten seconds
    fs::rename(world.user.path("gone"), world.user.path("state"));
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
  }
  CHECK(world.paid() == 1);
}

TEST_CASE("stores: one that another program holds when the request is accepted loses no id") {
  StoreWorld world(kLateAnswer);
  Running running = world.user.start(run_arguments(world.user, {"--json"}));
  REQUIRE(eventually([&] { return world.paid() > 0; }));
  const std::string request = world.sandbox.submits().at(0).request_id;
  SUBCASE("for longer than the patience") {
    {
      const Held held(world.user.path("state/jobs.sqlite"));
      const Outcome outcome = running.wait();
      CAPTURE(outcome.err);
      CHECK(outcome.exit == 9);
      CHECK(outcome.error()["request_id"] == request);
      CHECK(outcome.err.find("another process") != std::string::npos);
    }
    const Outcome again = world.run({"--json"});
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    CHECK(again.json()["request_id"] == request);
  }
  SUBCASE("for a while") {
    {
      const Held held(world.user.path("state/jobs.sqlite"));
      running.wait_for_err("accepted request");
      std::this_thread::sleep_for(500ms);  // the length is what is tested
    }
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
  }
  CHECK(world.paid() == 1);
}

TEST_CASE("stores: no fault of the memory of uploads stops a job") {
  for (const Row& row : {
           Row{"no locks", "lock", "uploads.sqlite", ENOLCK, ""},
           Row{"a lock that another holds", "lock", "uploads.sqlite", EAGAIN, ""},
           Row{"a full disk", "write", "uploads.sqlite", ENOSPC, ""},
           Row{"a failing disk", "write", "uploads.sqlite", EIO, ""},
       }) {
    CAPTURE(std::string(row.name));
    StoreWorld world;
    REQUIRE(world.run({"--emotion", "sad", "-o", world.user.path("first.mp4")}).exit == 0);
    set_faulty_calls(world.user,
                     {{row.call, world.user.path(std::string("state/") + row.file), std::to_string(row.error)}});
    const auto began = steady_clock::now();
    const Outcome outcome = world.run({"--json"});
    CAPTURE(outcome.err);
    CHECK(steady_clock::now() - began < 60s);
    CHECK(outcome.exit == 0);
    CHECK(world.paid() == 2);
  }
}

TEST_CASE("stores: what is no store is refused and left as it is, and nothing is paid") {
  StoreWorld world;
  const std::string store = world.user.path("store");
  const std::vector<std::string> more{"--store", store, "--json"};
  SUBCASE("a folder") {
    fs::create_directory(store);
  }
  SUBCASE("a pipe") {
    REQUIRE(::mkfifo(store.c_str(), 0600) == 0);
  }
  SUBCASE("a symlink to nowhere") {
    fs::create_symlink("nowhere", store);
  }
  SUBCASE("a text") {
    std::ofstream(store) << std::string(5000, 'x');
  }
  SUBCASE("a journal next to it that is not ours") {
    std::ofstream(store + ".accepted") << std::string(5000, 'x');
  }
  SUBCASE("a journal next to it that is a pipe") {
    REQUIRE(::mkfifo((store + ".accepted").c_str(), 0600) == 0);
  }
  const Outcome outcome = world.run(more);
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 9);
  CHECK(outcome.error()["where"].get<std::string>().find(store) == 0);
  CHECK(world.paid() == 0);
}

TEST_CASE("stores: one that an ordinary user can't write to is named, and nothing is paid") {
  StoreWorld world;
  REQUIRE(world.run({"--emotion", "sad", "-o", world.user.path("first.mp4")}).exit == 0);
  for (const char* name : {"", "home", "tmp"}) fs::permissions(world.user.path(name), fs::perms::all);
  const std::string store = world.user.path("shared.sqlite");
  fs::copy_file(world.user.path("state/jobs.sqlite"), store);
  fs::permissions(store, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  const std::string state = world.user.path("theirs");
  const int status = in_child([&] {
    if (!become_ordinary() || ::access(REACT1_PROGRAM, X_OK) != 0) ::_exit(77);
    world.user.with("REACT1_STATE_DIR", state);
    const Outcome outcome = world.run({"--store", store, "-o", world.user.path("tmp/o.mp4")});
    const bool tells = outcome.err.find("writable") != std::string::npos;
    ::_exit(outcome.exit == 9 && tells ? 0 : 1);
  });
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    std::puts("skipped in part: another user can't be, or can't reach the program");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(world.paid() == 1);
}

TEST_CASE("stores: an interruption ends the wait for one that is held, at the start and at the moment of acceptance") {
  SUBCASE("at the start") {
    StoreWorld world;
    REQUIRE(world.run({"--emotion", "sad", "-o", world.user.path("first.mp4")}).exit == 0);
    // A lock that another program holds.
    set_faulty_calls(world.user, {{"lock", world.user.path("state/jobs.sqlite"), std::to_string(EAGAIN)}});
    Running running = world.user.start(run_arguments(world.user));
    REQUIRE(eventually([&] { return fs::exists(met_faulty_call(world.user)); }));
    running.signal(SIGINT);  // it waits for ten seconds
    const auto asked = steady_clock::now();
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 130);
    CHECK(steady_clock::now() - asked < 8s);
    CHECK(world.paid() == 1);
  }
  SUBCASE("at the moment of acceptance") {
    StoreWorld world(kLateAnswer);
    Running running = world.user.start(run_arguments(world.user, {"--json"}));
    REQUIRE(eventually([&] { return world.paid() > 0; }));
    auto held = std::make_unique<Held>(world.user.path("state/jobs.sqlite"));
    running.wait_for_err("accepted request");
    running.signal(SIGINT);
    const auto asked = steady_clock::now();
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 130);
    CHECK(steady_clock::now() - asked < 8s);
    const std::string request = world.sandbox.submits().at(0).request_id;
    CHECK(outcome.error()["request_id"] == request);
    held.reset();
    const Outcome again = world.run({"--json"});
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    CHECK(again.json()["request_id"] == request);
    CHECK(world.paid() == 1);
  }
}

TEST_CASE("stores: a password on the command line is refused and shown nowhere") {
  for (const char* store :
       {"postgresql://me:s3cret@127.0.0.1:1/jobs", "postgresql://127.0.0.1:1/jobs?password=s3cret",
        "postgresql://127.0.0.1:1/jobs?sslmode=disable&password=s3cret", "postgres://:s3cret@127.0.0.1:1/jobs",
        "postgresql://me:s3cret@[::1/jobs", "mysql://me:s3cret@127.0.0.1/jobs"}) {
    CAPTURE(store);
    const User user;
    const Outcome outcome = user.run({"jobs", "list", "--store", store, "--json"});
    CHECK(outcome.exit == 2);
    CHECK(outcome.error()["where"] == "--store");
    CHECK((outcome.out + outcome.err).find("s3cret") == std::string::npos);
  }
  User user;  // the environment is for this user alone
  user.with("REACT1_STORE", "mysql://me:s3cret@127.0.0.1/jobs");
  const Outcome outcome = user.run({"jobs", "list", "--json"});
  CHECK(outcome.exit == 2);
  CHECK((outcome.out + outcome.err).find("s3cret") == std::string::npos);
}

TEST_CASE("stores: looking at one that is not there creates nothing, and a named one is a mistake") {
  User user;
  const std::string store = user.path("typo.sqlite");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"jobs", "list"},
                                                  {"jobs", "show", "x"},
                                                  {"jobs", "resolve", "x", "--drop"},
                                                  {"status", "x"},
                                                  {"result", "x", "-o", user.path("o.mp4")},
                                                  {"cancel", "x"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--store", store, "--json"});
    const Outcome outcome = user.run(arguments);
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 2);
    CHECK(outcome.error()["where"] == store);
  }
  const Outcome list = user.run({"jobs", "list", "--json"});
  CHECK(list.exit == 0);
  CHECK(list.json().empty());
  CHECK(user.run({"jobs", "show", "x"}).exit == 2);
  CHECK(user.run({"jobs", "resolve", "x", "--drop"}).exit == 2);
  user.with("REACT1_STORE", store);
  CHECK(user.run({"jobs", "list", "--json"}).json().empty());
  CHECK_FALSE(fs::exists(store));
  CHECK_FALSE(fs::exists(user.path("state")));
}
