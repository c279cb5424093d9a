// SPDX-License-Identifier: Apache-2.0
// Where log lines go, and that they go nowhere without a sink.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <react1/error.hpp>
#include <react1/log_sink.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/log.hpp"

using namespace react1;

namespace {

struct Line {
  LogLevel level;
  std::string component, message, job_id, request_id;
};

/// Collects lines; takes the sink away at its end.
class Collector {
 public:
  explicit Collector(LogLevel level) {
    set_log_sink(
        [this](const LogRecord& record) {
          const std::lock_guard lock(mutex_);
          lines_.push_back({record.level, std::string(record.component), std::string(record.message),
                            std::string(record.job_id), std::string(record.request_id)});
        },
        level);
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() { set_log_sink({}); }
  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

TEST_CASE("without a sink nothing is wanted, and a line is dropped") {
  set_log_sink({});
  CHECK_FALSE(log::is_wanted(LogLevel::error));
  log::error("test", "not delivered");
}

TEST_CASE("a sink gets the lines of its level and above, with the job that the thread works for") {
  const Collector collector(LogLevel::info);
  CHECK_FALSE(log::is_wanted(LogLevel::debug));
  log::debug("test", "too fine");
  {
    const log::Scope scope("job-1", "request-1");
    log::info("test", "first\nline");
  }
  log::error("other", "second");
  const auto lines = collector.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].level == LogLevel::info);
  CHECK(lines[0].component == "test");
  CHECK(lines[0].message == "first\nline");
  CHECK(lines[0].job_id == "job-1");
  CHECK(lines[0].request_id == "request-1");
  CHECK(lines[1].level == LogLevel::error);
  CHECK(lines[1].job_id.empty());
}

TEST_CASE("the names of the levels") {
  CHECK(to_string(LogLevel::debug) == "debug");
  CHECK(to_string(LogLevel::info) == "info");
  CHECK(to_string(LogLevel::warning) == "warning");
  CHECK(to_string(LogLevel::error) == "error");
}

TEST_CASE("what a sink throws is dropped, and so is what it logs, and it can't replace itself") {
  int calls = 0;
  ErrorCode refused = ErrorCode::internal;
  set_log_sink(
      [&](const LogRecord&) {
        ++calls;
        log::error("test", "from inside");
        try {
          set_log_sink({});
        } catch (const Error& error) {
          refused = error.code();
        }
        throw std::runtime_error("a sink that fails");
      },
      LogLevel::debug);
  log::info("test", "one");
  log::info("test", "two");
  set_log_sink({});
  CHECK(calls == 2);
  CHECK(refused == ErrorCode::usage);
}

TEST_CASE("a replaced sink is destroyed, and never called once it was replaced, while other threads log") {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&stop] {
      while (!stop) log::info("test", "from a thread");
    });
  }
  for (int i = 0; i < 200; ++i) {
    const auto alive = std::make_shared<std::atomic<bool>>(true);
    const auto late = std::make_shared<std::atomic<int>>(0);
    set_log_sink([alive, late](const LogRecord&) {
      if (!*alive) ++*late;
    });
    log::info("test", "from here");
    set_log_sink({});
    CHECK(alive.use_count() == 1);
    *alive = false;
    CHECK(*late == 0);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
