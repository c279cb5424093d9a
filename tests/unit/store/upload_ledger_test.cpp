// SPDX-License-Identifier: Apache-2.0
// What uploads remember: found again after a restart, held by one upload at a time, forgotten when it is old.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <react1/error.hpp>

#include "core/atomic_file.hpp"
#include "store/upload_ledger.hpp"
#include "support/fake_clock.hpp"

using namespace react1;
using namespace react1::store;
using namespace std::chrono_literals;

namespace {

struct LedgerPlace {
  TemporaryDirectory folder;
  test::FakeClock clock;
  std::string path = (folder.path() / "uploads.sqlite").string();
};

std::int64_t now_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall().time_since_epoch()).count();
}

}  // namespace

TEST_CASE("a finished upload is found again by another program, until it is forgotten") {
  LedgerPlace place;
  UploadLedger(place.path, place.clock).put_file("a", {"sealed", now_ms(place.clock), 99});
  UploadLedger later(place.path, place.clock);
  const auto found = later.find_file("a");
  REQUIRE(found);
  CHECK(found->sealed == "sealed");
  CHECK(found->uploaded_ms == now_ms(place.clock));
  CHECK(found->expires_ms == 99);
  CHECK_FALSE(later.find_file("b"));
  later.put_file("a", {"other", now_ms(place.clock), 100});
  CHECK(later.find_file("a")->sealed == "other");
  later.forget_file("a");
  CHECK_FALSE(later.find_file("a"));
}

TEST_CASE("the file can be read by its owner alone") {
  LedgerPlace place;
  const UploadLedger ledger(place.path, place.clock);
  const auto rights = std::filesystem::status(place.path).permissions();
  CHECK((rights & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
}

TEST_CASE("an unfinished upload is held by one process at a time, and its parts outlive it") {
  LedgerPlace place;
  UploadLedger mine(place.path, place.clock);
  CHECK_FALSE(mine.take_session("a"));
  REQUIRE(mine.begin_session("a", {"sealed", 10, 0, {}}));
  mine.put_part("a", 1, "\"e1\"");
  mine.put_part("a", 3, "\"e3\"");
  UploadLedger theirs(place.path, place.clock);
  CHECK_FALSE(theirs.take_session("a"));  // this process runs
  CHECK_FALSE(theirs.begin_session("a", {"other", 10, 0, {}}));
  mine.release_session("a");
  const auto taken = theirs.take_session("a");
  REQUIRE(taken);
  CHECK(taken->sealed == "sealed");
  CHECK(taken->part_bytes == 10);
  CHECK(taken->begun_ms == now_ms(place.clock));
  CHECK(taken->etags == std::map<int, std::string>{{1, "\"e1\""}, {3, "\"e3\""}});
  CHECK_FALSE(mine.take_session("a"));
  theirs.forget_session("a");
  CHECK_FALSE(mine.take_session("a"));
  REQUIRE(mine.begin_session("a", {"again", 10, 0, {}}));
  mine.release_session("a");
  CHECK(mine.take_session("a")->etags.empty());
}

TEST_CASE("what a process that was killed has sent goes to the next one") {
  LedgerPlace place;
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    try {
      UploadLedger ledger(place.path, place.clock);
      if (!ledger.begin_session("a", {"sealed", 10, 0, {}})) ::_exit(1);
      ledger.put_part("a", 1, "e1");
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, /*options=*/0) == pid);
  REQUIRE(WIFSIGNALED(status));
  UploadLedger ledger(place.path, place.clock);
  const auto taken = ledger.take_session("a");
  REQUIRE(taken);
  CHECK(taken->etags.at(1) == "e1");
}

TEST_CASE("rows of more than 30 days are dropped, and what a newer program wrote is left alone") {
  LedgerPlace place;
  {
    UploadLedger ledger(place.path, place.clock);
    ledger.put_file("a", {"sealed", now_ms(place.clock), 1});
    REQUIRE(ledger.begin_session("a", {"sealed", 10, 0, {}}));
    ledger.put_part("a", 1, "e1");
  }
  place.clock.sleep_for(29 * 24h, {});
  CHECK(UploadLedger(place.path, place.clock).find_file("a"));
  place.clock.sleep_for(2 * 24h, {});
  {
    UploadLedger ledger(place.path, place.clock);
    CHECK_FALSE(ledger.find_file("a"));
    REQUIRE(ledger.begin_session("a", {"sealed", 10, 0, {}}));
    ledger.release_session("a");
    CHECK(ledger.take_session("a")->etags.empty());
    ledger.put_file("b", {"sealed", now_ms(place.clock), 1});
  }
  Database(place.path).execute("PRAGMA user_version = 7");
  CHECK_THROWS_AS(UploadLedger(place.path, place.clock), Error);
  Database(place.path).execute("PRAGMA user_version = 1");
  CHECK(UploadLedger(place.path, place.clock).find_file("b"));
}

TEST_CASE("a ledger that a power cut has damaged is created again") {
  LedgerPlace place;
  {
    UploadLedger ledger(place.path, place.clock);
    for (int i = 0; i < 200; ++i) {
      ledger.put_file("file " + std::to_string(i), {std::string(200, 's'), now_ms(place.clock), 99});
    }
  }
  std::string bytes = read_file(place.path);
  constexpr std::size_t page = 4096;
  REQUIRE(bytes.size() > 4 * page);
  for (std::size_t at = page; at < bytes.size(); ++at)
    bytes[at] = '\x5a';  // all but the first page, which tells whose it is
  write_file_atomically(place.path, bytes);
  UploadLedger ledger(place.path, place.clock);
  CHECK_FALSE(ledger.find_file("file 7"));
  ledger.put_file("a", {"sealed", now_ms(place.clock), 99});
  CHECK(UploadLedger(place.path, place.clock).find_file("a"));
}

TEST_CASE("a file that is no database is an io error") {
  LedgerPlace place;
  write_file_atomically(place.path, std::string(5000, 'x'));
  try {
    const UploadLedger ledger(place.path, place.clock);
    FAIL("it was opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
  }
}
