// SPDX-License-Identifier: Apache-2.0
// The id of an accepted request survives whatever happens to the job store.
#include "store/journal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include <react1/error.hpp>

#include "core/atomic_file.hpp"
#include "store/orphaned.hpp"
#include "store/paid_call.hpp"
#include "store/sqlite/sqlite.hpp"
#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/store/store_contract.hpp"

using namespace react1;
using namespace react1::store;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct JournalPlace {
  TemporaryDirectory folder;
  std::string store = (folder.path() / "jobs.sqlite").string();
  std::string journal = store + ".accepted";
};

Job created_job(JobStore& jobs, const std::string& intent) {
  Job job = test::sample_job(intent);
  job.id.clear();
  job.request = {};
  return jobs.open(job, false).job;
}

const RequestRef kRequest{.request_id = "r-1", .status_url = "https://q/s", .response_url = "", .cancel_url = ""};

/// A paid call of a job of its own that is claimed and was accepted: the id is noted, and not in the store yet.
struct Call : PaidCall {
  Call(JobStore& jobs, Job job, const RequestRef& request = kRequest) : PaidCall(jobs, std::move(job)) {
    REQUIRE(claim(std::nullopt) == JobStore::Reserved::yes);
    note(request);
  }
};

}  // namespace

TEST_CASE("an id that was noted by a process which died is in the store when it is opened again") {
  JournalPlace place;
  std::string id;
  {
    const auto jobs = open_job_store(place.store);
    id = created_job(*jobs, "dies").id;
  }
  const int status = test::in_child([&] {
    const auto jobs = open_job_store(place.store);
    const Call call(*jobs, *jobs->find(id));
    ::raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  const auto jobs = open_job_store(place.store);
  const auto job = jobs->find(id);
  CHECK(job->state == JobState::submitted);
  CHECK(job->request.request_id == "r-1");
  CHECK(job->request.status_url == "https://q/s");
  CHECK(read_journal(place.journal).empty());
}

TEST_CASE("a note of an attempt that still runs is left to it") {
  JournalPlace place;
  const auto jobs = open_job_store(place.store);
  Call call(*jobs, created_job(*jobs, "runs"));
  CHECK(read_journal(place.journal).empty());
  CHECK(recover_accepted(*jobs) == 0);
  call.submitted(1s);
  CHECK(jobs->find(call.job().id)->state == JobState::submitted);
}

TEST_CASE("a store that is locked when the request is accepted loses nothing") {
  JournalPlace place;
  const auto jobs = open_job_store(place.store);
  Job job = created_job(*jobs, "locked");
  {
    Call call(*jobs, job);
    Database other(place.store);
    Transaction lock(other);  // a VACUUM, a backup, another program
    bool thrown = false;
    try {
      call.submitted(0ms);
    } catch (const Error& error) {
      thrown = true;
      CHECK(error.code() == ErrorCode::io);
      CHECK(error.request_id() == "r-1");
      CHECK(error.hint().find(place.journal) != std::string::npos);
      CHECK(std::string(error.what()).find("r-1") != std::string::npos);
    }
    CHECK(thrown);
  }
  // The same process continues: its attempt is over, although the process is not.
  Job found = *jobs->find(job.id);
  CHECK(found.state == JobState::submitting);
  CHECK_FALSE(jobs->claim_holds(found));
  CHECK(mark_orphaned(found, *jobs));
  CHECK(found.state == JobState::submitted);
  CHECK(found.request.request_id == "r-1");
}

TEST_CASE("a disk that is full for the store still takes the note, and the next opening has the id") {
  JournalPlace place;
  std::string id;
  {
    const auto jobs = open_job_store(place.store);
    id = created_job(*jobs, "full").id;
  }
  const int status = test::in_child([&] {
    const auto jobs = open_job_store(place.store);
    PaidCall call(*jobs, *jobs->find(id));
    if (call.claim(std::nullopt) != JobStore::Reserved::yes) ::_exit(1);
    // No file may grow beyond a slot: the write-ahead log can't, and the slot was allocated before.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
    call.note(kRequest);
    try {
      call.submitted(0ms);
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::io && error.request_id() == "r-1" ? 7 : 3);
    }
    ::_exit(4);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  const auto jobs = open_job_store(place.store);
  CHECK(jobs->find(id)->state == JobState::submitted);
  CHECK(jobs->find(id)->request.request_id == "r-1");
}

TEST_CASE("a lock that ends in time is waited out") {
  JournalPlace place;
  test::FaultyVfs vfs;
  const auto jobs = open_job_store(place.store);
  Call call(*jobs, created_job(*jobs, "waits"));
  vfs.fail({test::VfsCall::write_lock, "", SQLITE_BUSY, EAGAIN});
  std::jthread unlocker([&] {
    (void)test::eventually([&] { return vfs.failed() >= 5; });
    vfs.heal();
  });
  call.submitted(20s);
  CHECK(vfs.failed() >= 5);
  CHECK(jobs->find(call.job().id)->state == JobState::submitted);
}

TEST_CASE("an attempt that slept past its lease still brings its request in, and nothing else") {
  JournalPlace place;
  const auto jobs = open_job_store(place.store);
  PaidCall call(*jobs, created_job(*jobs, "sleeps"));
  REQUIRE(call.claim(std::nullopt) == JobStore::Reserved::yes);
  Job job = *jobs->find(call.job().id);
  REQUIRE(jobs->move(job, JobState::submitting, JobState::outcome_unknown));  // by another process, after the lease
  SUBCASE("the request is attached") {
    call.note(kRequest);
    call.submitted(1s);
    CHECK(jobs->find(job.id)->state == JobState::submitted);
    CHECK(jobs->find(job.id)->request.request_id == "r-1");
  }
  SUBCASE("a refusal is not: a search may have run already") {
    CHECK_FALSE(call.hand_back("refused"));
    CHECK(jobs->find(job.id)->state == JobState::outcome_unknown);
  }
  SUBCASE("a job that was sent again keeps its second request, and both are reported") {
    REQUIRE(jobs->move(job, JobState::outcome_unknown, JobState::created));
    REQUIRE(jobs->move(job, JobState::created, JobState::submitting));
    call.note(kRequest);
    CHECK_THROWS_AS(call.submitted(1s), Error);
    CHECK(jobs->find(job.id)->state == JobState::submitting);
  }
}

TEST_CASE("slots are used again, and a slot with a note that the store does not know is not") {
  JournalPlace place;
  const auto jobs = open_job_store(place.store);
  for (int i = 0; i < 20; ++i) {
    Call call(*jobs, created_job(*jobs, "again " + std::to_string(i)), {.request_id = "r-" + std::to_string(i)});
    call.submitted(1s);
  }
  CHECK(fs::file_size(place.journal) == 4096);
  JournalSlot(place.journal).write({"a job of another store", 1, kRequest});
  const PaidCall call(*jobs, created_job(*jobs, "second"));
  CHECK(fs::file_size(place.journal) == 2 * 4096);
  REQUIRE(read_journal(place.journal).size() == 1);
  CHECK(read_journal(place.journal)[0].accepted.request.request_id == "r-1");
}

TEST_CASE("a note that names another job's request is not attached: the answer was swapped") {
  JournalPlace place;
  std::string swapped;
  {
    const auto jobs = open_job_store(place.store);
    Call first(*jobs, created_job(*jobs, "first"));
    first.submitted(1s);
    swapped = created_job(*jobs, "second").id;
  }
  const int status = test::in_child([&] {
    const auto jobs = open_job_store(place.store);
    const Call second(*jobs, *jobs->find(swapped));  // the same request id
    ::raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  const auto jobs = open_job_store(place.store);
  CHECK(jobs->find(swapped)->request.request_id.empty());
  CHECK(jobs->find(swapped)->state == JobState::submitting);
  CHECK(read_journal(place.journal).empty());
}

TEST_CASE("long URLs are left out of a note rather than the id") {
  JournalPlace place;
  { JournalSlot(place.journal).write({"job", 1, {.request_id = "r-1", .status_url = std::string(5000, 'u')}}); }
  const auto notes = read_journal(place.journal);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].accepted.request.request_id == "r-1");
  CHECK(notes[0].accepted.request.status_url.empty());
}

TEST_CASE("a note that a power cut left half written is none, wherever it was cut") {
  JournalPlace place;
  { JournalSlot(place.journal).write({"job", 1, kRequest}); }
  std::ifstream in(place.journal, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t cut = 0; cut < 260; ++cut) {
    CAPTURE(cut);
    std::string broken = whole;
    for (std::size_t i = cut; i < broken.size() - 1; ++i) broken[i] = ' ';
    std::ofstream(place.journal, std::ios::binary) << broken;
    std::size_t found = 0;
    try {
      found = read_journal(place.journal).size();
    } catch (const Error& error) {
      CHECK(cut < 18);  // the mark itself is gone: it is left alone
    }
    CHECK((found == 0 || broken == whole));
  }
}

TEST_CASE("a file that is no journal of ours is refused before anything is paid, and left as it is") {
  JournalPlace place;
  const std::string text(5000, 'x');
  std::ofstream(place.journal) << text;
  const auto jobs = open_job_store(place.store);
  const Job job = created_job(*jobs, "foreign");
  CHECK_THROWS_AS(PaidCall(*jobs, job), Error);
  CHECK(jobs->find(job.id)->state == JobState::created);
  CHECK(read_file(place.journal) == text);
  fs::remove(place.journal);
  REQUIRE(::mkfifo(place.journal.c_str(), 0600) == 0);
  CHECK_THROWS_AS(PaidCall(*jobs, job), Error);
  fs::remove(place.journal);
  fs::create_symlink(place.folder.path() / "elsewhere", place.journal);
  CHECK_THROWS_AS(PaidCall(*jobs, job), Error);
  CHECK_FALSE(fs::exists(place.folder.path() / "elsewhere"));
}

TEST_CASE("the journal is for its owner alone") {
  JournalPlace place;
  const JournalSlot slot(place.journal);
  struct stat status {};
  REQUIRE(::stat(place.journal.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}
