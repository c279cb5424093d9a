// SPDX-License-Identifier: Apache-2.0
// Many waits without threads of their own.
#include <atomic>
#include <future>
#include <thread>

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const std::string kQueued = "data: {\"status\":\"IN_QUEUE\"}\n\n";
const std::string kCompleted = "data: {\"status\":\"COMPLETED\",\"metrics\":{\"inference_time\":1.5}}\n\n";

RequestRef numbered(int number) {
  return {"r-" + std::to_string(number), "", "", ""};
}

/// The Error in a future; fails the test when there is none.
Error error_in(std::future<QueueStatus>& future) {
  return thrown_by([&] { static_cast<void>(future.get()); });
}

}  // namespace

TEST_CASE("a wait without a thread ends in its future") {
  RawServer server;
  server.script({step::read_request(), step::send(kHead + kQueued + kCompleted)});
  FalClient client(options_for(server));
  Notebook notebook;
  std::future<QueueStatus> future = client.wait_async(numbered(1), {{}, &notebook, "job"});
  CHECK(future.get().inference_s == 1.5);
  CHECK(notebook.messages("service_state") == std::vector<std::string>{"IN_QUEUE", "COMPLETED"});
}

TEST_CASE("polling, retries and pauses work without a thread as well") {
  RawServer server;
  std::atomic<int> polls = 0;
  server.otherwise([&polls](const SeenRequest& seen) {
    if (seen.target.find("/stream") != std::string::npos) return answer(404, "");
    const int poll = ++polls;
    if (poll == 2) return answer(502, "<html></html>", "text/html");
    return poll < 4 ? answer(202, R"({"status":"IN_PROGRESS"})") : answer(200, R"({"status":"COMPLETED"})");
  });
  FalOptions options = options_for(server);
  options.retry.base_delay = options.poll_interval = 5ms;
  FalClient client(options);
  CHECK(client.wait_async(numbered(1), {}).get().state == QueueStatus::State::completed);
  CHECK(polls == 4);
}

TEST_CASE("a failed wait carries its error and the id") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(404, R"({"status":"NOT_FOUND"})"); });
  FalClient client(options_for(server));
  auto future = client.wait_async(numbered(7), {});
  const Error error = error_in(future);
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.request_id() == "r-7");
  CHECK_THROWS_AS(static_cast<void>(client.wait_async({}, {})), Error);
}

TEST_CASE("two hundred waits at a time need one thread, and their receivers may start others") {
  constexpr int kWaits = 200;
  Gate gate;
  RawServer server;
  for (int i = 0; i < kWaits; ++i)
    server.script({step::read_request(), step::send(kHead + kQueued), step::wait_for(gate), step::send(kCompleted)});
  server.otherwise([](const SeenRequest&) { return answer(200, R"({"status":"COMPLETED"})"); });
  FalClient client(options_for(server));
  std::atomic<int> completed = 0;
  std::promise<void> all;
  std::atomic<std::thread::id> thread;
  std::atomic<bool> one_thread = true;
  for (int i = 0; i < kWaits; ++i) {
    client.wait_async(numbered(i), {}, [&](WaitResult result) {
      CHECK(result.status);
      const std::thread::id unset;
      auto expected = unset;
      if (!thread.compare_exchange_strong(expected, std::this_thread::get_id()) &&
          expected != std::this_thread::get_id())
        one_thread = false;
      client.wait_async(numbered(1000), {}, [&](WaitResult again) {
        CHECK(again.status);
        if (++completed == kWaits) all.set_value();
      });
    });
  }
  while (server.requests().size() < kWaits) std::this_thread::sleep_for(5ms);
  CHECK(completed == 0);
  gate.open();
  all.get_future().wait();
  CHECK(one_thread);
  CHECK(server.requests().size() == 2 * kWaits);
}

TEST_CASE("a stop ends an asynchronous wait, on the stream and in a pause") {
  Gate gate;
  RawServer server;
  std::stop_source stop;
  FalOptions options = options_for(server);
  SUBCASE("on the stream") {
    server.script({step::read_request(), step::send(kHead + kQueued), step::wait_for(gate)});
  }
  SUBCASE("in a pause") {
    options.poll_interval = options.poll_interval_max = 1h;
    options.status_stream = false;
    server.script({step::read_request(), step::send(answer(202, R"({"status":"IN_QUEUE"})")), step::wait_for(gate)});
  }
  FalClient client(options);
  RunContext context;
  context.stop = stop.get_token();
  auto future = client.wait_async(numbered(3), context);
  gate.wait_until_reached();
  stop.request_stop();
  const Error error = error_in(future);
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(error.request_id() == "r-3");
}

TEST_CASE("a stop before the start ends it too, and nothing hangs") {
  RawServer server;
  FalClient client(options_for(server));
  std::stop_source stop;
  stop.request_stop();
  RunContext context;
  context.stop = stop.get_token();
  auto future = client.wait_async(numbered(3), context);
  CHECK(error_in(future).code() == ErrorCode::interrupted);
}

TEST_CASE("a client that ends ends its waits, and returns after the last receiver") {
  Gate gate;
  RawServer server;
  for (int i = 0; i < 20; ++i) server.script({step::read_request(), step::send(kHead + kQueued), step::wait_for(gate)});
  std::atomic<int> interrupted = 0;
  {
    FalClient client(options_for(server));
    for (int i = 0; i < 20; ++i) {
      client.wait_async(numbered(i), {}, [&](WaitResult result) {
        if (result.error && result.error->code() == ErrorCode::interrupted) ++interrupted;
      });
    }
    gate.wait_until_reached();
  }
  CHECK(interrupted == 20);
}

TEST_CASE("stops and completions that meet end every wait once") {
  for (int round = 0; round < 20; ++round) {
    RawServer server;
    server.otherwise([](const SeenRequest&) { return answer(200, R"({"status":"COMPLETED"})"); });
    std::atomic<int> ended = 0;
    std::stop_source stop;
    {
      FalClient client(options_for(server));
      RunContext context;
      context.stop = stop.get_token();
      std::thread stopper([&] { stop.request_stop(); });
      for (int i = 0; i < 20; ++i) client.wait_async(numbered(i), context, [&](WaitResult) { ++ended; });
      stopper.join();
    }
    CHECK(ended == 20);
  }
}

TEST_CASE("options that cannot work are named") {
  RawServer server;
  FalOptions options = options_for(server);
  options.host.concurrency = 0;
  options.stream_silence = 0ms;
  options.max_queue_wait = -1ms;
  const Error error = thrown_by([&] { const FalClient client(options); });
  CHECK(error.code() == ErrorCode::usage);
  for (const char* name : {"host.concurrency", "stream_silence", "max_queue_wait"}) CHECK(contains(error.what(), name));
}
