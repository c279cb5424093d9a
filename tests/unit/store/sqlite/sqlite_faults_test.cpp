// SPDX-License-Identifier: Apache-2.0
// What the file system does to the databases: each fault is named with its cure, no wait is longer than it should be,
// an interruption ends it, and nothing that was paid is lost.
#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "store/common/patience.hpp"
#include "store/paid_call.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/upload_ledger.hpp"
#include "support/caught.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/store/store_contract.hpp"

using namespace react1;
using namespace react1::store;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::FaultyVfs;
using test::VfsCall;

namespace {

/// A busy machine gets this much more before a wait counts as too long.
constexpr auto kSlack = 20s;

struct Place {
  TemporaryDirectory folder;
  test::FakeClock clock;
  std::string store = (folder.path() / "jobs.sqlite").string();
  std::string uploads = (folder.path() / "uploads.sqlite").string();
};

Job new_job(JobStore& jobs, const std::string& intent) {
  Job job = test::sample_job(intent);
  job.id.clear();
  job.request = {};
  return jobs.open(job, false).job;
}

struct Case {
  const char* name;
  FaultyVfs::Fault fault;
  const char* word;  ///< in the hint or the detail
};

/// As SQLite's own file system answers, by the code that each system call's failure becomes.
const Case kCases[] = {
    {"no locks", {VfsCall::lock, ".sqlite", SQLITE_IOERR_LOCK, ENOLCK}, "NFS"},
    {"no lock to read with", {VfsCall::lock, ".sqlite", SQLITE_IOERR_RDLOCK, ENOLCK}, "supports no locks"},
    {"no locks on the shared memory", {VfsCall::shm_lock, "", SQLITE_IOERR_SHMLOCK, ENOLCK}, "supports no locks"},
    {"a locking protocol that fails", {VfsCall::shm_lock, "", SQLITE_PROTOCOL, 0}, "locks badly"},
    {"no shared memory", {VfsCall::shm_map, "", SQLITE_IOERR_SHMMAP, ENODEV}, "shared memory"},
    {"shared memory can't be opened", {VfsCall::shm_map, "", SQLITE_IOERR_SHMOPEN, EACCES}, "shared memory"},
    {"shared memory can't grow", {VfsCall::shm_map, "", SQLITE_IOERR_SHMSIZE, EIO}, "shared memory"},
    {"a full disk", {VfsCall::write, "", SQLITE_FULL, ENOSPC}, "free some space"},
    {"no room for the log's index", {VfsCall::shm_map, "", SQLITE_IOERR_SHMSIZE, ENOSPC}, "free some space"},
    {"a limit on a file's size", {VfsCall::shm_map, "", SQLITE_IOERR_SHMSIZE, EFBIG}, "ulimit -f"},
    {"a log over the limit", {VfsCall::write, "", SQLITE_IOERR_WRITE, EFBIG}, "ulimit -f"},
    {"a quota", {VfsCall::write, "", SQLITE_IOERR_WRITE, EDQUOT}, "free some space"},
    {"a folder without inodes", {VfsCall::open, "-wal", SQLITE_CANTOPEN, ENOSPC}, "free some space"},
    {"a write that fails", {VfsCall::write, "", SQLITE_IOERR_WRITE, EIO}, "check that disk"},
    {"a disk that can't be flushed", {VfsCall::sync, "", SQLITE_IOERR_FSYNC, EIO}, "check that disk"},
    {"a read that fails", {VfsCall::read, ".sqlite", SQLITE_IOERR_READ, EIO}, "check that disk"},
    {"read-only", {VfsCall::write, "", SQLITE_READONLY, EROFS}, "writable"},
    {"no permission to lock", {VfsCall::lock, ".sqlite", SQLITE_PERM, EPERM}, "writable"},
    {"can't be opened", {VfsCall::open, ".sqlite", SQLITE_CANTOPEN, EACCES}, "writable"},
    {"its log can't be opened", {VfsCall::open, "-wal", SQLITE_CANTOPEN, EACCES}, "writable"},
};

bool tells(const Error& error, const std::string& word) {
  return (error.hint() + error.detail()).find(word) != std::string::npos;
}

/// A write lock that another program holds.
class Held {
 public:
  explicit Held(const std::string& path) : database_(path) { lock_.emplace(database_); }
  void release() { lock_.reset(); }

 private:
  Database database_;
  std::optional<Transaction> lock_;
};

}  // namespace

TEST_CASE("a store that is moved, removed or replaced while it is open takes no move of a job") {
  for (const char* how : {"moved", "removed", "replaced", "its folder is moved"}) {
    CAPTURE(std::string(how));
    const Place place;
    const std::string folder = (place.folder.path() / "state").string();
    const std::string path = folder + "/jobs.sqlite";
    std::filesystem::create_directory(folder);
    const auto jobs = open_job_store(path);
    Job job = new_job(*jobs, "x");
    REQUIRE(jobs->move(job, JobState::created, JobState::submitting));
    if (std::string(how) == "moved") std::filesystem::rename(path, path + ".old");
    if (std::string(how) == "removed") std::filesystem::remove(path);
    if (std::string(how) == "its folder is moved") std::filesystem::rename(folder, folder + ".old");
    if (std::string(how) == "replaced") {
      std::filesystem::remove(path);
      write_file_atomically(path, "another");
    }
    const Error error = test::caught_from([&] { (void)jobs->move(job, JobState::submitting, JobState::submitted); });
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.message().find("was moved, removed or unmounted") != std::string::npos);
    CHECK(error.where() == path);
    CHECK(job.state == JobState::submitting);
  }
}

TEST_CASE("each fault of the file system is named with its cure when the store is opened or first written to") {
  for (const Case& c : kCases) {
    CAPTURE(std::string(c.name));
    const Place place;
    FaultyVfs vfs;
    vfs.fail(c.fault);
    const auto began = steady_clock::now();
    const Error error = test::caught_from([&] { (void)new_job(*open_job_store(place.store), "x"); });
    CHECK(steady_clock::now() - began < 5s + kSlack);
    CAPTURE(std::string(error.what()));
    CAPTURE(error.hint());
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where() == place.store);
    CHECK(tells(error, c.word));
    CHECK(tells(error, "REACT1_STATE_DIR") == (std::string(c.word) != "free some space"));
    CHECK(error.retryable() == (c.fault.code == SQLITE_PROTOCOL));
    CHECK(vfs.failed() > 0);
    vfs.heal();
    const auto jobs = open_job_store(place.store);  // nothing was corrupted
    CHECK(jobs->find(new_job(*jobs, "y").id).has_value());
  }
}

TEST_CASE("each fault at the moment of acceptance leaves the id where the next opening finds it") {
  for (const Case& c : kCases) {
    if (c.fault.call == VfsCall::open) continue;  // it is open by then
    CAPTURE(std::string(c.name));
    const Place place;
    FaultyVfs vfs;
    std::string id;
    {
      const auto jobs = open_job_store(place.store);
      id = new_job(*jobs, "x").id;
      PaidCall call(*jobs, *jobs->find(id));
      REQUIRE(call.claim(std::nullopt) == JobStore::Reserved::yes);
      vfs.fail(c.fault);
      call.note({.request_id = "r-1"});
      try {
        call.submitted(0ms);  // a fault on a file that is not touched here changes nothing
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
        CHECK(error.request_id() == "r-1");
        CHECK(std::string(error.what()).find("r-1") != std::string::npos);
      }
      vfs.heal();
    }
    const auto jobs = open_job_store(place.store);
    const auto job = jobs->find(id);
    REQUIRE(job);
    CHECK(job->state == JobState::submitted);
    CHECK(job->request.request_id == "r-1");
  }
}

TEST_CASE("the memory of uploads names its faults, and works again once they are gone") {
  for (const Case& c : kCases) {
    if (std::string(c.fault.suffix) == "-wal" || c.fault.call == VfsCall::shm_map || c.fault.call == VfsCall::shm_lock)
      continue;  // it has no write-ahead log
    CAPTURE(std::string(c.name));
    const Place place;
    FaultyVfs vfs;
    vfs.fail(c.fault);
    const auto use = [&] {
      UploadLedger ledger(place.uploads, place.clock);
      ledger.put_file("a", {"sealed", 1, 2});
    };
    const Error error = test::caught_from(use);
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where() == place.uploads);
    CHECK(tells(error, c.word));
    CHECK(error.hint().find("--store") == std::string::npos);
    vfs.heal();
    CHECK_NOTHROW(use());
  }
}

TEST_CASE("a file system that answers every lock with 'busy' is waited for once, not once per operation") {
  const Place place;
  FaultyVfs vfs;
  vfs.fail({VfsCall::lock, ".sqlite", SQLITE_BUSY, EAGAIN});
  const Patience short_one(300ms);
  const auto began = steady_clock::now();
  const Error error = test::caught_from([&] { (void)open_job_store(place.store); });
  CHECK(steady_clock::now() - began < 300ms + kSlack);
  CHECK(error.code() == ErrorCode::io);
  CHECK(error.retryable());
}

TEST_CASE("a store that another program holds is given up after ten seconds, all waits together") {
  const Place place;
  const auto jobs = open_job_store(place.store);
  const Job job = new_job(*jobs, "held");
  Held held(place.store);
  const auto began = steady_clock::now();
  Job moved = job;
  const Error error = test::caught_from([&] { (void)jobs->move(moved, JobState::created, JobState::submitting); });
  const auto took = steady_clock::now() - began;
  CHECK(took >= 9s);
  CHECK(took < 10s + kSlack);
  CHECK(error.code() == ErrorCode::io);
  CHECK(error.retryable());
  CHECK(tells(error, "another process"));
  held.release();
  CHECK(jobs->move(moved, JobState::created, JobState::submitting));
}

TEST_CASE("threads that wait for each other's turn are patient together, not one after the other") {
  const Place place;
  const auto jobs = open_job_store(place.store);
  const Job job = new_job(*jobs, "held");
  const Held held(place.store);
  const auto began = steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const Patience short_one(500ms);
        Job mine = job;
        CHECK_THROWS_AS((void)jobs->move(mine, JobState::created, JobState::submitting), Error);
      });
    }
  }
  CHECK(steady_clock::now() - began < 500ms + kSlack);
}

TEST_CASE("an interruption ends every wait for a store that is held") {
  const Place place;
  FaultyVfs vfs;
  const auto jobs = open_job_store(place.store);
  const Job job = new_job(*jobs, "held");
  vfs.fail({VfsCall::write_lock, "", SQLITE_BUSY, EAGAIN});
  /// Once the lock has been met `times` more.
  const auto met = [&vfs](int times) {
    const int before = vfs.failed();
    return [&vfs, wanted = before + times] { return vfs.failed() >= wanted; };
  };
  const auto interrupted = [&](const std::function<void(const std::stop_token&)>& call) {
    std::stop_source stop;
    std::jthread stopper([&, is_waiting = met(3)] {
      (void)test::eventually(is_waiting);
      stop.request_stop();
    });
    const auto began = steady_clock::now();
    const Error error = test::caught_from([&] { call(stop.get_token()); });
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK(steady_clock::now() - began < 8s);  // of ten
  };
  interrupted([&](const std::stop_token& stop) {
    const StopScope stoppable(stop);
    Job moved = job;
    (void)jobs->move(moved, JobState::created, JobState::submitting);
  });
  interrupted([&](const std::stop_token& stop) {
    const StopScope stoppable(stop);
    (void)jobs->open(test::sample_job("another"), false);
  });
  SUBCASE("also that of another thread's turn") {
    const auto is_held = met(1);
    std::jthread holder([&] {
      Job mine = job;
      CHECK_THROWS_AS((void)jobs->move(mine, JobState::created, JobState::submitting), Error);
    });
    CHECK(test::eventually(is_held));  // the turn is the holder's, which keeps trying for the lock
    interrupted([&](const std::stop_token& stop) {
      const StopScope stoppable(stop);
      (void)jobs->find(job.id);
      Job moved = job;
      (void)jobs->move(moved, JobState::created, JobState::submitting);
    });
  }
}

TEST_CASE("an interruption while a fresh store is being made elsewhere ends the opening") {
  const Place place;
  FaultyVfs vfs;
  vfs.fail({VfsCall::lock, ".sqlite", SQLITE_BUSY, EAGAIN});
  std::stop_source stop;
  std::jthread stopper([&] {
    (void)test::eventually([&] { return vfs.failed() > 0; });
    stop.request_stop();
  });
  const auto began = steady_clock::now();
  const Error error = test::caught_from([&] { (void)open_job_store(place.store, stop.get_token()); });
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(steady_clock::now() - began < 8s);
}

TEST_CASE("an interruption while an accepted id waits for the store names the id, which the next opening finds") {
  const Place place;
  std::string id;
  {
    const auto jobs = open_job_store(place.store);
    id = new_job(*jobs, "held").id;
    PaidCall call(*jobs, *jobs->find(id));
    REQUIRE(call.claim(std::nullopt) == JobStore::Reserved::yes);
    call.note({.request_id = "r-1"});
    const Held held(place.store);
    std::stop_source stop;
    stop.request_stop();
    const StopScope stoppable(stop.get_token());
    const Error error = test::caught_from([&] { call.submitted(kPatience); });
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK(error.request_id() == "r-1");
  }
  const auto jobs = open_job_store(place.store);
  CHECK(jobs->find(id)->request.request_id == "r-1");
}

TEST_CASE("a lock that is gone an instant after the stop is still taken: what is written may be what was paid") {
  const Place place;
  FaultyVfs vfs;
  const auto jobs = open_job_store(place.store);
  std::stop_source stop;
  stop.request_stop();
  const StopScope stoppable(stop.get_token());
  // A machine that is too busy for the instant gets another chance; where a stop ends the wait at once, none is enough.
  constexpr int kChances = 50;
  bool moved = false;
  for (int i = 0; i < kChances && !moved; ++i) {
    Job job = new_job(*jobs, "held " + std::to_string(i));
    const int before = vfs.failed();
    vfs.fail({VfsCall::write_lock, "", SQLITE_BUSY, EAGAIN});
    std::jthread releaser([&] {
      (void)test::eventually([&] { return vfs.failed() > before; });
      vfs.heal();
    });
    try {
      moved = jobs->move(job, JobState::created, JobState::submitting);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::interrupted);
    }
  }
  CHECK(moved);
}
