// SPDX-License-Identifier: Apache-2.0
// Waiting for a report: it brings the next poll forward and decides nothing; without one, polls find the end.
#include <atomic>
#include <future>
#include <thread>

#include "fal/queue/wait.hpp"
#include "unit/fal/webhook_support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kHookStream = "/fal-ai/sync-lipsync/requests/id-1/status/stream";
constexpr const char* kCancel = "/fal-ai/sync-lipsync/requests/id-1/cancel";

using Sleeps = std::vector<std::chrono::milliseconds>;

std::string status_answer(const std::string& word) {
  return answer(word == "COMPLETED" ? 200 : 202, R"({"status":")" + word + "\"}");
}

/// A session with a receiver, for a request whose end is reported to it. Members in the order of their lifetimes.
struct HookBench : Bench {
  HookBench() {
    options.webhook_url = "https://h.example/hook";
    options.webhook_receiver = receiver;
    request.webhook = true;
  }
  /// The answers to polls, in order, the last one for ever.
  void answer_polls(std::vector<std::string> answers) {
    server.otherwise([answers = std::move(answers), next = std::make_shared<std::atomic<std::size_t>>(0)](
                         const SeenRequest&) { return answers[std::min((*next)++, answers.size() - 1)]; });
  }
  QueueStatus wait() { return wait_for_completion(session, request, context); }
  [[nodiscard]] int deliver(const Signed& report) const { return ReceiverBench::deliver(*receiver, report).status; }

  ReceiverBench service;
  std::shared_ptr<WebhookReceiver> receiver = std::make_shared<WebhookReceiver>(service.options());
};

}  // namespace

TEST_CASE("a report ends the pause, and the status is asked for at once") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_QUEUE"), status_answer("COMPLETED")});
  bench.clock.on_sleep = [&] { CHECK(bench.deliver(bench.service.report("id-1")) == 200); };
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.clock.sleeps() == Sleeps{30s});
  CHECK(bench.server.requests().size() == 2);
  CHECK(bench.server.count("GET", kHookStream) == 0);
  CHECK(bench.notebook.messages("reported").size() == 1);
  CHECK(bench.notebook.messages("no_report").empty());
}

TEST_CASE("a report that came before the wait began counts") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_QUEUE"), status_answer("COMPLETED")});
  CHECK(bench.deliver(bench.service.report("id-1")) == 200);
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.server.requests().size() == 2);
  CHECK(bench.notebook.messages("reported").size() == 1);
}

TEST_CASE("a report decides nothing: a status that knows nothing of it yet is polled at the ordinary intervals") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"),
                      status_answer("COMPLETED")});
  bool sent = false;
  bench.clock.on_sleep = [&] {
    if (!std::exchange(sent, true)) CHECK(bench.deliver(bench.service.report("id-1", "ERROR")) == 200);
  };
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.clock.sleeps() == Sleeps{30s, 500ms, 626ms});
}

TEST_CASE("when no report comes, ever rarer polls find the end, and say so") {
  HookBench bench;
  std::vector<std::string> answers(14, status_answer("IN_PROGRESS"));
  answers.push_back(status_answer("COMPLETED"));
  bench.answer_polls(answers);
  CHECK(bench.wait().state == QueueStatus::State::completed);
  const Sleeps sleeps = bench.clock.sleeps();
  REQUIRE(sleeps.size() == 14);
  CHECK(sleeps[0] == 30s);
  CHECK(sleeps[1] == 37501ms);
  CHECK(sleeps.back() == 300s);
  for (const auto sleep : sleeps) CHECK(sleep <= 300s);
  CHECK(bench.notebook.messages("no_report").size() == 1);
}

TEST_CASE("what is not the service's word on this request ends no pause") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"), status_answer("COMPLETED")});
  Signed report = bench.service.report("id-1");
  int wanted = 401;
  SUBCASE("a stranger's signature") {
    report.sign(SigningKey());
  }
  SUBCASE("a changed body") {
    report.body += ' ';
  }
  SUBCASE("an old one") {
    report.timestamp = "1500000000";
    report.sign(bench.service.key);
  }
  SUBCASE("about another request") {
    report = bench.service.report("id-2");
    wanted = 200;
  }
  SUBCASE("while the keys can't be had") {
    bench.service.keys_down = true;
    wanted = 503;
  }
  bench.clock.on_sleep = [&] { CHECK(bench.deliver(report) == wanted); };
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.clock.sleeps() == Sleeps{30s, 37501ms});
  CHECK(bench.notebook.messages("reported").empty());
}

TEST_CASE("a report that is delivered again and again is heard once") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"),
                      status_answer("COMPLETED")});
  const Signed report = bench.service.report("id-1");
  bench.clock.on_sleep = [&] { CHECK(bench.deliver(report) == 200); };
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.clock.sleeps() == Sleeps{30s, 500ms, 626ms});
  CHECK(bench.notebook.messages("reported").size() == 1);
}

TEST_CASE("a request that somebody else submitted is waited for as ever, receiver or not") {
  HookBench bench;
  bench.request.webhook = false;
  bench.answer_polls({answer(404, ""), status_answer("IN_PROGRESS"), status_answer("COMPLETED")});
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.server.count("GET", kHookStream) == 1);
  CHECK(bench.clock.sleeps() == Sleeps{500ms});
}

TEST_CASE("limits and stops hold while a report is waited for") {
  HookBench bench;
  bench.answer_polls({status_answer("IN_QUEUE")});
  SUBCASE("the longest wait") {
    bench.options.max_wait = 40s;
    CHECK(thrown_by([&] { bench.wait(); }).code() == ErrorCode::network);
    CHECK(bench.clock.sleeps() == Sleeps{30s, 10s});
  }
  SUBCASE("a stop") {
    bench.clock.on_sleep = [&] { bench.stop.request_stop(); };
    CHECK(thrown_by([&] { bench.wait(); }).code() == ErrorCode::interrupted);
    CHECK(bench.server.requests().size() == 1);
  }
}

TEST_CASE("a report in the middle of a cancellation does not undo it, and what had ended is brought home") {
  HookBench bench;
  bench.options.max_wait = 10s;
  bench.options.on_max_wait = WaitPolicy::cancel;
  bench.answer_polls({status_answer("IN_PROGRESS"), status_answer("IN_PROGRESS"), answer(503, ""),
                      answer(400, R"({"status":"ALREADY_COMPLETED"})"), status_answer("COMPLETED")});
  bench.clock.on_sleep = [&] {
    if (bench.server.count("PUT", kCancel) == 1) CHECK(bench.deliver(bench.service.report("id-1")) == 200);
  };
  CHECK(bench.wait().state == QueueStatus::State::completed);
  CHECK(bench.server.count("PUT", kCancel) == 2);
  CHECK(bench.notebook.messages("reported").size() == 1);
}

TEST_CASE("a sleeping wait is woken by the report, on a thread of its own or without one") {
  HookBench bench;
  bench.options.webhook_poll_interval = bench.options.webhook_poll_interval_max = 1h;
  std::atomic<bool> ended = false;
  std::promise<void> polled;
  bench.server.otherwise([&](const SeenRequest&) {
    if (ended) return status_answer("COMPLETED");
    polled.set_value();
    return status_answer("IN_PROGRESS");
  });
  FalClient client(bench.options);
  std::future<QueueStatus> future;
  SUBCASE("a thread of its own") {
    future = std::async(std::launch::async, [&] { return client.wait(bench.request, bench.context); });
  }
  SUBCASE("none") {
    future = client.wait_async(bench.request, bench.context);
  }
  polled.get_future().wait();
  ended = true;
  CHECK(bench.deliver(bench.service.report("id-1")) == 200);
  const bool in_time = future.wait_for(60s) == std::future_status::ready;
  CHECK(in_time);
  if (!in_time) bench.stop.request_stop();
  CHECK(future.get().state == QueueStatus::State::completed);
  CHECK(bench.server.requests().size() == 2);
}

TEST_CASE("many asynchronous waits are each ended by their own report, and a stop ends those without one") {
  constexpr int kWaits = 50;
  HookBench bench;
  bench.options.webhook_poll_interval = bench.options.webhook_poll_interval_max = 1h;
  std::atomic<bool> ended = false;
  std::atomic<int> polled = 0;
  bench.server.otherwise([&](const SeenRequest&) {
    ++polled;
    return ended ? status_answer("COMPLETED") : status_answer("IN_PROGRESS");
  });
  FalClient client(bench.options);
  std::vector<std::future<QueueStatus>> futures;
  const auto id = [](int number) { return "r-" + std::to_string(number); };
  for (int i = 0; i < kWaits; ++i) {
    RequestRef request{.request_id = id(i)};
    request.webhook = true;
    futures.push_back(client.wait_async(request, RunContext{.stop = bench.stop.get_token()}));
  }
  while (polled < kWaits) std::this_thread::sleep_for(5ms);
  ended = true;
  for (int i = 1; i < kWaits; ++i) CHECK(bench.deliver(bench.service.report(id(i))) == 200);
  for (int i = 1; i < kWaits; ++i)
    CHECK(futures[static_cast<std::size_t>(i)].get().state == QueueStatus::State::completed);
  CHECK(futures[0].wait_for(0s) == std::future_status::timeout);
  bench.stop.request_stop();
  CHECK(thrown_by([&] { static_cast<void>(futures[0].get()); }).code() == ErrorCode::interrupted);
  CHECK(polled == 2 * kWaits - 1);
}
