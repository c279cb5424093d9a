// SPDX-License-Identifier: Apache-2.0
// run_async() and submit_async() on an event loop of the test's own.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <react1/async.hpp>
#include <react1/sandbox.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/descriptor.hpp"
#include "support/caught.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"
#include "support/sandbox_client.hpp"

using namespace react1;

namespace {

/// A paid service, its client and a store of this test's own, and short clips.
class AsyncBench {
 public:
  explicit AsyncBench(std::chrono::milliseconds queue_time = {})
      : sandbox_({.queue_time = queue_time, .concurrency = 32, .faults = test::paid_service()}),
        client_(test::client_of(sandbox_)) {}

  [[nodiscard]] Service service() { return {.client = client_, .jobs = *jobs_}; }
  [[nodiscard]] std::uint64_t paid() const { return sandbox_.accepted_submits(); }
  [[nodiscard]] std::string out(int number) const {
    return (folder_.path() / ("out" + std::to_string(number) + ".mp4")).string();
  }
  /// Another intent for each number.
  [[nodiscard]] PipelineOptions options(int number) const {
    PipelineOptions options;
    options.clips_directory = (folder_.path() / "clips").string();
    options.parameters.emotion = Emotion::happy;
    options.parameters.lipsync_mode = LipsyncMode::cut_off;
    options.parameters.temperature = number / 100.0;
    return options;
  }
  [[nodiscard]] static std::string video() { return test::fixture("moov_last_1s.mp4"); }
  [[nodiscard]] static std::string voice() { return test::fixture("mp3_cbr_untagged_2s.mp3"); }
  [[nodiscard]] JobStore& jobs() { return *jobs_; }

 private:
  TemporaryDirectory folder_;
  Sandbox sandbox_;
  FalClient client_;
  std::unique_ptr<JobStore> jobs_ = open_job_store((folder_.path() / "jobs.sqlite").string());
};

/// An epoll loop as a program has one, on the runner's descriptor alone.
class Loop {
 public:
  explicit Loop(AsyncRunner& runner) : runner_(runner), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event{};
    event.events = EPOLLIN;
    REQUIRE(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, runner.descriptor(), &event) == 0);
  }
  /// Dispatches until nothing is pending; fails the test when nothing ends for a minute.
  void run() {
    while (runner_.pending() > 0) {
      REQUIRE(turn(/*timeout_ms=*/60'000) > 0);
    }
  }
  /// One turn: waits until something is to be delivered, and delivers it. 0: nothing was.
  std::size_t turn(int timeout_ms) {
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, timeout_ms) < 1) return 0;
    return runner_.dispatch();
  }

 private:
  AsyncRunner& runner_;
  Descriptor epoll_;
};

bool readable(const AsyncRunner& runner) {
  pollfd poll{.fd = runner.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, 0) == 1;
}

/// Counts, and notes whether two calls were ever under way at the same time.
class WatchfulObserver final : public Observer {
 public:
  void on_stage(Stage stage) override {
    const Inside inside(*this);
    const std::lock_guard lock(mutex_);
    stages_.push_back(stage);
  }
  void on_progress(const Progress& /*progress*/) override { const Inside inside(*this); }
  void on_request(std::string_view /*request_id*/) override {
    const Inside inside(*this);
    if (stop_on_request) stop.request_stop();
  }
  [[nodiscard]] bool overlapped() const { return overlapped_; }
  [[nodiscard]] std::vector<Stage> stages() const {
    const std::lock_guard lock(mutex_);
    return stages_;
  }
  bool stop_on_request = false;
  std::stop_source stop;

 private:
  struct Inside {
    explicit Inside(WatchfulObserver& observer) : of(observer) {
      if (of.inside_.fetch_add(1) != 0) of.overlapped_ = true;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { --of.inside_; }
    WatchfulObserver& of;
  };

  std::atomic<int> inside_ = 0;
  std::atomic<bool> overlapped_ = false;
  mutable std::mutex mutex_;
  std::vector<Stage> stages_;
};

}  // namespace

TEST_CASE("20 jobs in flight on an epoll loop with two working threads are delivered on the loop's thread, once each") {
  AsyncBench bench;
  AsyncRunner runner({.threads = 2});
  Loop loop(runner);
  std::vector<WatchfulObserver> observers(20);
  std::multiset<int> delivered;
  const auto here = std::this_thread::get_id();
  for (int i = 0; i < 20; ++i) {
    RunContext context;
    context.observer = &observers[static_cast<std::size_t>(i)];
    run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(i), bench.options(i), bench.service(),
              context, [&, i](const RunResult& result) {
                CHECK(std::this_thread::get_id() == here);
                CAPTURE(i);
                if (result.error) FAIL_CHECK(result.error->what());
                REQUIRE(result.record);
                CHECK(result.record->output_path == bench.out(i));
                CHECK(result.record->verification.verdict == Verdict::pass);
                delivered.insert(i);
              });
  }
  CHECK(runner.pending() == 20);
  loop.run();
  CHECK(delivered.size() == 20);
  CHECK(std::set<int>(delivered.begin(), delivered.end()).size() == 20);
  CHECK(bench.paid() == 20);
  CHECK_FALSE(readable(runner));
  CHECK(runner.dispatch() == 0);
  for (const WatchfulObserver& observer : observers) {
    CHECK_FALSE(observer.overlapped());
    const auto stages = observer.stages();
    REQUIRE_FALSE(stages.empty());
    CHECK(stages.back() == Stage::verify);
    CHECK(std::count(stages.begin(), stages.end(), Stage::wait) == 1);
  }
}

TEST_CASE("jobs that wait for the service hold no thread: with one thread, a second is paid while the first waits") {
  AsyncBench bench(std::chrono::seconds(600));  // nothing ends by itself
  int ended = 0;
  {
    AsyncRunner runner({.threads = 1});
    for (int i = 0; i < 3; ++i) {
      run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(i), bench.options(i), bench.service(), {},
                [&](const RunResult& result) {
                  REQUIRE(result.error);
                  CHECK(result.error->code() == ErrorCode::interrupted);
                  CHECK_FALSE(result.error->request_id().empty());
                  ++ended;
                });
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (bench.paid() < 3 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    // All three have to be on disk as submitted, not only with the service.
    while (bench.jobs().list(JobState::submitted, 10).size() < 3 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    CHECK(bench.paid() == 3);
    CHECK(ended == 0);
  }  // the runner's end stops them, and delivers that here
  CHECK(ended == 3);
  CHECK(bench.jobs().list(JobState::submitted, 10).size() == 3);
}

TEST_CASE("a stop of one call ends that call alone, and the same call continues what was paid") {
  AsyncBench bench;
  AsyncRunner runner;
  Loop loop(runner);
  WatchfulObserver impatient;
  impatient.stop_on_request = true;
  RunContext context;
  context.stop = impatient.stop.get_token();
  context.observer = &impatient;
  std::vector<std::string> ends(2);
  const auto note = [&](std::size_t which) {
    return [&ends, which](const RunResult& result) {
      ends[which] = result.record ? "record" : std::string(to_string(result.error->code()));
    };
  };
  run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(0), bench.options(0), bench.service(), context,
            note(0));
  run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(1), bench.options(1), bench.service(), {},
            note(1));
  loop.run();
  CHECK(ends == std::vector<std::string>{"interrupted", "record"});
  CHECK(bench.paid() == 2);
  run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(0), bench.options(0), bench.service(), {},
            note(0));
  loop.run();
  CHECK(ends[0] == "record");
  CHECK(bench.paid() == 2);
}

TEST_CASE("submit_async() ends with the job once its id is on disk, and run_async() of the same intent joins it") {
  AsyncBench bench;
  AsyncRunner runner;
  Loop loop(runner);
  std::string request_id;
  submit_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.options(0), bench.service(), {},
               [&](const SubmitResult& result) {
                 REQUIRE(result.job);
                 request_id = result.job->request.request_id;
                 CHECK(bench.jobs().find_by_request(request_id));
                 // A callback may start another call.
                 run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(0), bench.options(0),
                           bench.service(), {}, [&](const RunResult& end) {
                             REQUIRE(end.record);
                             CHECK(end.record->request_id == request_id);
                           });
               });
  loop.run();
  CHECK_FALSE(request_id.empty());
  CHECK(bench.paid() == 1);
}

TEST_CASE("what is wrong with a call comes as its Error, and what is wrong with the calling is thrown") {
  AsyncBench bench;
  AsyncRunner runner;
  Loop loop(runner);
  std::vector<ErrorCode> codes;
  const auto note = [&](const RunResult& result) {
    CHECK_FALSE(result.record);
    if (result.error) codes.push_back(result.error->code());
  };
  run_async(runner, "/nonexistent.mp4", AsyncBench::voice(), bench.out(0), bench.options(0), bench.service(), {}, note);
  loop.run();
  run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(0), PipelineOptions{}, bench.service(), {},
            note);  // no emotion
  loop.run();
  CHECK(codes == std::vector<ErrorCode>{ErrorCode::io, ErrorCode::usage});
  CHECK(bench.paid() == 0);
  const auto no_callback = [&] {
    run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench.out(0), bench.options(0), bench.service(), {},
              {});
  };
  CHECK(test::caught_from(no_callback).code() == ErrorCode::usage);
  CHECK(runner.pending() == 0);
  for (const int threads : {0, -1, 257}) {
    CHECK(test::caught_from([&] { const AsyncRunner refused({.threads = threads}); }).code() == ErrorCode::usage);
  }
}

TEST_CASE("what a callback throws leaves dispatch(), and the others are delivered by the next one") {
  AsyncBench bench;
  AsyncRunner runner({.threads = 1});
  Loop loop(runner);
  int delivered = 0;
  for (int i = 0; i < 3; ++i) {
    run_async(runner, "/nonexistent.mp4", AsyncBench::voice(), bench.out(i), bench.options(i), bench.service(), {},
              [&, i](const RunResult&) {
                ++delivered;
                if (i == 1) throw std::runtime_error("the program's own");
              });
  }
  std::size_t thrown = 0;
  while (runner.pending() > 0) {
    std::size_t delivered_now = 0;
    try {
      delivered_now = loop.turn(/*timeout_ms=*/60'000);
    } catch (const std::runtime_error&) {
      delivered_now = ++thrown;
    }
    REQUIRE(delivered_now > 0);
  }
  CHECK(delivered == 3);
  CHECK(thrown == 1);
}

TEST_CASE("the client and the store may go as soon as the callback was called") {
  for (int round = 0; round < 3; ++round) {
    AsyncRunner runner;
    auto bench = std::make_unique<AsyncBench>();
    Loop loop(runner);
    bool ended = false;
    run_async(runner, AsyncBench::video(), AsyncBench::voice(), bench->out(0), bench->options(0), bench->service(), {},
              [&](const RunResult& result) {
                REQUIRE(result.record);
                bench.reset();
                ended = true;
              });
    loop.run();
    CHECK(ended);
  }
}
