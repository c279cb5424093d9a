// SPDX-License-Identifier: Apache-2.0
// A foreign job store: a clear error or the data, never a crash, and nothing in it runs.
#include <doctest/doctest.h>

#include <sqlite3.h>
#include <algorithm>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <react1/error.hpp>
#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"
#include "core/printable.hpp"
#include "e2e/program.hpp"

namespace {

using namespace react1;
using namespace react1::test;
namespace fs = std::filesystem;

struct Close {
  void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};

/// Runs `sql` with everything allowed, as an attacker would.
void write_sql(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  const std::unique_ptr<sqlite3, Close> database(raw);
  char* message = nullptr;
  const int rc = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message);
  const std::string said = message != nullptr ? message : "";
  sqlite3_free(message);
  CAPTURE(sql.substr(0, 300));
  REQUIRE_MESSAGE(rc == SQLITE_OK, said);
}

/// A store with three jobs, made by ourselves.
std::string honest_store(const fs::path& folder) {
  const std::string path = (folder / "jobs.sqlite").string();
  const auto jobs = open_job_store(path);
  for (const char* intent : {"a", "b", "c"}) {
    Job job;
    job.intent = intent;
    job.video = "v.mp4";
    job.audio = "a.wav";
    REQUIRE(jobs->open(job, /*again=*/false).is_new);
  }
  return path;
}

/// All that reads: the library, and the program's commands in both forms.
struct Reading {
  bool is_error = false;
  std::size_t jobs = 0;
};

Reading read_store(const std::string& path) {
  Reading reading;
  try {
    const auto store = open_job_store(path);
    reading.jobs = store->list(std::nullopt, 1000).size();
    static_cast<void>(store->find("x"));
    static_cast<void>(store->spent_usd(0));
  } catch (const Error& error) {
    CAPTURE(error.what());
    CHECK(error.code() == ErrorCode::io);
    CHECK(error.where() == path);
    reading.is_error = true;
  }
  return reading;
}

void check_program(const std::string& path) {
  const User user;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"jobs", "list", "--store", path}, {"jobs", "list", "--json", "--store", path}}) {
    const Outcome outcome = user.run(command);
    CAPTURE(outcome.err);
    CHECK((outcome.exit == 0 || outcome.exit == 9));
    CHECK(printable_lines(outcome.out + outcome.err) == outcome.out + outcome.err);
  }
}

TEST_CASE("what runs by itself in a schema is refused before anything is read or written") {
  const TemporaryDirectory folder;
  const std::string path = honest_store(folder.path());
  const std::string honest = read_file(path);
  for (const char* sql : {
           "CREATE TRIGGER t AFTER INSERT ON jobs BEGIN UPDATE jobs SET request_id = 'stolen'; END",
           "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN DELETE FROM jobs; END",
           "CREATE VIEW other AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
           "ALTER TABLE jobs RENAME TO real; CREATE VIEW jobs AS SELECT * FROM real",
           "DROP TABLE jobs; CREATE VIEW jobs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
           " SELECT i AS id FROM n",
       }) {
    CAPTURE(sql);
    write_file_atomically(path, honest);
    const std::string text = sql;
    write_sql(path, text.find(" v ") != std::string::npos ? "CREATE VIEW v AS SELECT 1 AS x; " + text : text);
    const std::string before = read_file(path);
    CHECK(read_store(path).is_error);
    CHECK(read_file(path) == before);
    check_program(path);
  }
}

TEST_CASE("tables of another shape under our own mark are a clear error") {
  const TemporaryDirectory folder;
  const std::string path = honest_store(folder.path());
  const std::string honest = read_file(path);
  for (const std::string sql : {
           "DROP TABLE jobs",
           "DROP TABLE jobs; CREATE TABLE jobs (id TEXT)",
           "DROP TABLE jobs; CREATE TABLE jobs (id, intent, state, x GENERATED ALWAYS AS (hex(zeroblob(30000000))))",
           "ALTER TABLE jobs DROP COLUMN video",
           "PRAGMA user_version = 1",
           "PRAGMA user_version = -5",
           "PRAGMA user_version = 99",
       }) {
    CAPTURE(sql);
    write_file_atomically(path, honest);
    write_sql(path, sql);
    CHECK(read_store(path).is_error);
    check_program(path);
  }
}

TEST_CASE("NULLs, blobs, texts and enormous numbers in every column are an error or are shown") {
  const TemporaryDirectory folder;
  const std::string path = honest_store(folder.path());
  const std::string honest = read_file(path);
  const std::vector<std::string> documents{"prepare_json", "record_json"};
  std::vector<std::string> columns{"id",
                                   "intent",
                                   "state",
                                   "endpoint",
                                   "queue_url",
                                   "request_id",
                                   "status_url",
                                   "response_url",
                                   "cancel_url",
                                   "video",
                                   "audio",
                                   "output",
                                   "parameters_json",
                                   "error",
                                   "owner",
                                   "created_ms",
                                   "updated_ms",
                                   "cost_microusd",
                                   "paid_ms",
                                   "epoch",
                                   "lease_until_ms",
                                   "cancel_asked_ms",
                                   "answer_json"};
  columns.insert(columns.end(), documents.begin(), documents.end());
  const std::vector<std::string> values{"NULL",
                                        "x'00ff00ff'",
                                        "-9223372036854775808",
                                        "9223372036854775807",
                                        "1e300",
                                        "'9e999'",
                                        "''",
                                        "char(27) || '[2J' || char(8238) || char(10)",
                                        "replace(hex(zeroblob(30000)), '0', '[')",
                                        "hex(zeroblob(1000000))"};
  for (const std::string& column : columns) {
    CAPTURE(column);
    // The constraints go, so that anything may be in it.
    write_file_atomically(path, honest);
    write_sql(path,
              "CREATE TABLE free AS SELECT * FROM jobs; DROP TABLE jobs; ALTER TABLE free RENAME TO jobs;"
              "CREATE TABLE loose AS SELECT * FROM job_documents; DROP TABLE job_documents;"
              "ALTER TABLE loose RENAME TO job_documents;"
              "CREATE INDEX jobs_by_intent ON jobs (intent, created_ms); CREATE INDEX jobs_by_request ON jobs"
              " (request_id); CREATE INDEX jobs_by_age ON jobs (created_ms, id); CREATE INDEX jobs_by_spending ON"
              " jobs (paid_ms);");
    const std::string loose = read_file(path);
    for (const std::string& value : values) {
      CAPTURE(value);
      write_file_atomically(path, loose);
      const bool is_document = std::find(documents.begin(), documents.end(), column) != documents.end();
      write_sql(path, is_document ? "UPDATE job_documents SET " + column + " = " + value +
                                        " WHERE job_id = (SELECT id FROM jobs WHERE intent = 'b')"
                                  : "UPDATE jobs SET " + column + " = " + value + " WHERE intent = 'b'");
      const Reading reading = read_store(path);
      CHECK((reading.is_error || reading.jobs == 3));
    }
    check_program(path);
  }
}

TEST_CASE("a value of a gigabyte does not fill the memory") {
  const TemporaryDirectory folder;
  const std::string path = honest_store(folder.path());
  write_sql(path, "UPDATE jobs SET error = zeroblob(100000000) WHERE intent = 'b'");
  CHECK(read_store(path).is_error);
  check_program(path);
}

TEST_CASE("flipped bytes, missing pages and foreign ends are an error or are not noticed, and crash nothing") {
  const TemporaryDirectory folder;
  const std::string path = honest_store(folder.path());
  const std::string honest = read_file(path);
  std::mt19937 dice(20261126);
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    CAPTURE(round);
    std::string file = honest;
    const int flips = 1 + static_cast<int>(dice() % 12);
    for (int i = 0; i < flips; ++i) file[16 + dice() % (file.size() - 16)] = static_cast<char>(dice());
    if (round % 5 == 0) file.resize(100 + dice() % (file.size() - 100));
    for (const char* suffix : {"-wal", "-shm", "-journal"}) fs::remove(path + suffix);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << file;
    try {
      static_cast<void>(open_job_store(path)->list(std::nullopt, 1000));
    } catch (const Error& error) {
      CHECK_FALSE(error.message().empty());
    }
    if (round % 60 == 0) check_program(path);
  }
}

}  // namespace
