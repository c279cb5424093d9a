// SPDX-License-Identifier: Apache-2.0
// Files that are not ours are refused and stay as they are; older ones of ours are taken over.
#include "store/sqlite/file_identity.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"
#include "store/sqlite/sqlite_migrations.hpp"
#include "store/upload_ledger.hpp"
#include "support/child.hpp"
#include "support/fake_clock.hpp"

namespace {

using namespace react1;
using namespace react1::store;
namespace fs = std::filesystem;

struct StorePlace {
  TemporaryDirectory folder;
  test::FakeClock clock;
  std::string path = (folder.path() / "file.sqlite").string();

  void open_jobs() const { (void)open_job_store(path)->list(std::nullopt, 10); }
  void open_ledger() const { (void)UploadLedger(path, clock).find_file("x"); }
  /// The file stays byte for byte.
  void check_refused(const std::function<void()>& open, const std::string& what) const {
    const std::string before = read_file(path);
    try {
      open();
      FAIL("it was opened");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
      CHECK(error.where() == path);
      CHECK(error.detail().find(what) != std::string::npos);
      CHECK_FALSE(error.hint().empty());
    }
    CHECK(read_file(path) == before);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  }
  void check_both_refuse(const std::string& what) const {
    check_refused([this] { open_jobs(); }, what);
    check_refused([this] { open_ledger(); }, what);
  }
  [[nodiscard]] mode_t mode() const {
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777;
  }
};

}  // namespace

TEST_CASE("a database of another program is refused and stays as it is") {
  StorePlace place;
  std::string what = "another program";
  SUBCASE("with a table of the name of one of ours") {
    Database(place.path).execute("CREATE TABLE files (a); INSERT INTO files VALUES (1)");
  }
  SUBCASE("with a table named jobs") {
    Database(place.path).execute("CREATE TABLE jobs (id TEXT)");
  }
  SUBCASE("with the version of ours and other columns") {
    Database(place.path).execute("CREATE TABLE files (id TEXT, secret TEXT); PRAGMA user_version = 1");
  }
  SUBCASE("with a version and no tables") {
    Database(place.path).execute("PRAGMA user_version = 1");
  }
  SUBCASE("with an application_id") {
    Database(place.path).execute("PRAGMA application_id = 252006675");
  }
  SUBCASE("with a write-ahead log") {
    Database foreign(place.path);
    foreign.use_write_ahead_log();
    foreign.execute("CREATE TABLE photos (a)");
  }
  place.check_both_refuse(what);
}

TEST_CASE("a job store is no memory of uploads and the other way round") {
  StorePlace place;
  SUBCASE("a job store") {
    place.open_jobs();
    place.check_refused([&] { place.open_ledger(); }, "a job store of react1");
  }
  SUBCASE("a memory of uploads") {
    place.open_ledger();
    place.check_refused([&] { place.open_jobs(); }, "a memory of uploads of react1");
  }
}

TEST_CASE("a file of before application_id is taken over when it has exactly our tables") {
  StorePlace place;
  SUBCASE("a job store of the first version") {
    {
      Database old(place.path);
      job_store_identity().build(old, 1);
      old.execute("PRAGMA user_version = 1");
    }
    CHECK_NOTHROW(place.open_jobs());
  }
  SUBCASE("with one table more") {
    {
      Database old(place.path);
      job_store_identity().build(old, 1);
      old.execute("CREATE TABLE diary (a); PRAGMA user_version = 1");
    }
    place.check_refused([&] { place.open_jobs(); }, "another program");
  }
  SUBCASE("a memory of uploads") {
    place.open_ledger();
    Database(place.path).execute("PRAGMA application_id = 0");
    CHECK_NOTHROW(place.open_ledger());
    CHECK_THROWS_AS(place.open_jobs(), Error);
  }
}

TEST_CASE("a file that is no database is refused with its kind") {
  StorePlace place;
  SUBCASE("text") {
    std::ofstream(place.path) << std::string(5000, 'x');
    place.check_both_refuse("not an SQLite database");
  }
  SUBCASE("a few bytes") {
    std::ofstream(place.path) << "SQLite format 3";
    place.check_both_refuse("not an SQLite database");
  }
  const auto check = [&](const char* what) {
    for (const auto& open :
         {std::function<void()>([&] { place.open_jobs(); }), std::function<void()>([&] { place.open_ledger(); })}) {
      try {
        open();
        FAIL("it was opened");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
        CHECK(error.detail() == what);
      }
    }
  };
  SUBCASE("a folder") {
    fs::create_directory(place.path);
    check("a folder");
  }
  SUBCASE("a pipe, without waiting for its other end") {
    REQUIRE(::mkfifo(place.path.c_str(), 0600) == 0);
    check("a pipe");
  }
  SUBCASE("a device") {
    place.path = "/dev/null";
    check("a device");
  }
  SUBCASE("a dangling symlink") {
    fs::create_symlink(place.folder.path() / "missing", place.path);
    check("a dangling symlink");
    CHECK_FALSE(fs::exists(place.folder.path() / "missing"));
  }
}

TEST_CASE("an empty file and a symlink to a store of ours are used") {
  StorePlace place;
  SUBCASE("an empty file") {
    std::ofstream(place.path).flush();
  }
  SUBCASE("a symlink") {
    const std::string link = place.path;
    place.path = (place.folder.path() / "real.sqlite").string();
    place.open_jobs();
    fs::create_symlink(place.path, link);
    place.path = link;
  }
  CHECK_NOTHROW(place.open_jobs());
}

TEST_CASE("both files belong to their owner alone, also one that had another mode") {
  for (const bool is_job_store : {true, false}) {
    StorePlace place;
    const auto open = [&] { is_job_store ? place.open_jobs() : place.open_ledger(); };
    open();
    CHECK(place.mode() == 0600);
    REQUIRE(::chmod(place.path.c_str(), 0644) == 0);
    open();
    CHECK(place.mode() == 0600);
  }
}

TEST_CASE("a store with a trigger or a view in it is refused") {
  StorePlace place;
  place.open_jobs();
  SUBCASE("a trigger") {
    Database(place.path).execute("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM jobs; END");
    CHECK_THROWS_AS(place.open_jobs(), Error);
  }
  SUBCASE("a view in place of the table") {
    Database(place.path).execute("ALTER TABLE jobs RENAME TO real; CREATE VIEW jobs AS SELECT * FROM real");
    CHECK_THROWS_AS(place.open_jobs(), Error);
  }
}

TEST_CASE("a file of before application_id is found whatever is in its name") {
  StorePlace place;
  const std::string folder = place.folder.path().string();
  SUBCASE("two slashes at the start") {
    place.path = "/" + folder + "/file.sqlite";
  }
  SUBCASE("letters that mean something in an URI") {
    place.path = folder + "/a?b #c%41&d.sqlite";
  }
  place.open_ledger();
  Database(place.path).execute("PRAGMA application_id = 0");
  CHECK_NOTHROW(place.open_ledger());
}

TEST_CASE("opening a store that this process has open already drops none of its locks") {
  // POSIX locks of a process go with the first descriptor of the file that it closes.
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "jobs.sqlite").string();
  const auto first = open_job_store(path);
  (void)first->list(std::nullopt, 1);
  const auto is_locked = [&] {
    const int status = test::in_child([&] {
      const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
      struct flock lock {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      lock.l_start = 0x40000002;  // SQLite's shared range
      lock.l_len = 510;
      if (::fcntl(file, F_GETLK, &lock) != 0) ::_exit(2);
      ::_exit(lock.l_type == F_UNLCK ? 1 : 0);
    });
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  REQUIRE(is_locked());
  { const auto second = open_job_store(path); }
  CHECK(is_locked());
  CHECK(is_locked());
}
