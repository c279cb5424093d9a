// SPDX-License-Identifier: Apache-2.0
// The event loop: who is called when and where, and how everything ends.
#include "http/engine/engine.hpp"

#include <atomic>
#include <future>
#include <react1/error.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

/// Starts it; the future holds the outcome.
std::future<Outcome> start(Engine& engine, Request request, Engine::ExchangeId* id = nullptr) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto future = promise->get_future();
  const auto started =
      engine.start(std::move(request), [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
  if (id != nullptr) *id = started;
  return future;
}

/// Everything posted before is done.
void let_curl_rest(Engine& engine) {
  std::promise<void> done;
  engine.post([&done] { done.set_value(); });
  done.get_future().wait();
}

}  // namespace

TEST_CASE("a completion is called once, on the loop's thread, and never inside of start()") {
  RawServer server;
  server.otherwise([](const SeenRequest& seen) { return answer(200, seen.target); });
  Engine engine;
  std::atomic<int> calls = 0;
  std::atomic<bool> inside = false;
  std::promise<void> all;
  engine.post([&] {
    inside = true;
    for (const std::string& url : {server.url("/a"), std::string("ftp://nowhere/")}) {
      engine.start(get(url), [&](Outcome) {
        CHECK(engine.on_loop());
        CHECK_FALSE(inside);
        if (++calls == 2) all.set_value();
      });
    }
    inside = false;
  });
  all.get_future().wait();
  let_curl_rest(engine);
  CHECK(calls == 2);
  CHECK_FALSE(engine.on_loop());
}

TEST_CASE("three hundred exchanges are open at a time and all are answered") {
  Gate gate;
  RawServer server;
  for (int i = 0; i < 300; ++i)
    server.script({step::read_request(), step::wait_for(gate), step::send(answer(200, "x"))});
  Engine engine;
  std::vector<std::future<Outcome>> open;
  for (int i = 0; i < 300; ++i) open.push_back(start(engine, get(server.url("/"))));
  while (server.requests().size() < 300) std::this_thread::sleep_for(5ms);
  gate.open();
  for (auto& one : open) CHECK(answered(one.get()).body == "x");
}

TEST_CASE("a cancelled exchange ends as interrupted and tells whether it may have arrived") {
  Gate gate;
  RawServer server;
  server.script({step::read_request(), step::wait_for(gate)});
  Engine engine;
  Engine::ExchangeId id{};
  auto future = start(engine, post(server.url("/"), "{}"), &id);
  gate.wait_until_reached();
  engine.cancel(id);
  engine.cancel(id);
  const TransportFailure failure = failed(future.get());
  CHECK(failure.kind == Kind::interrupted);
  CHECK(failure.request_may_have_been_received);
  let_curl_rest(engine);
}

TEST_CASE("a cancel that comes too late changes nothing") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  Engine engine;
  Engine::ExchangeId id{};
  CHECK(answered(start(engine, get(server.url("/")), &id).get()).status == 200);
  engine.cancel(id);
  let_curl_rest(engine);
}

TEST_CASE("timers run in order, and a cancelled one does not") {
  Engine engine;
  std::string order;
  std::promise<void> done;
  engine.after(60ms, [&] { order += 'b'; });
  const auto cancelled = engine.after(20ms, [&] { order += 'x'; });
  engine.after(10ms, [&] {
    order += 'a';
    engine.cancel(cancelled);
  });
  engine.after(90ms, [&] { done.set_value(); });
  done.get_future().wait();
  CHECK(order == "ab");
}

TEST_CASE("a callback that throws ends nothing but itself") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  Engine engine;
  engine.post([] { throw std::runtime_error("posted"); });
  engine.after(0ms, [] { throw std::runtime_error("timer"); });
  engine.start(get(server.url("/")), [](Outcome) { throw std::runtime_error("completion"); });
  CHECK(answered(start(engine, get(server.url("/"))).get()).status == 200);
}

TEST_CASE("an engine that ends completes what is open, and what was only just started") {
  Gate gate;
  RawServer server;
  server.script({step::read_request(), step::wait_for(gate)});
  std::vector<std::future<Outcome>> open;
  bool timer_ran = false;
  {
    Engine engine;
    open.push_back(start(engine, post(server.url("/"), "{}")));
    gate.wait_until_reached();
    engine.after(1h, [&] { timer_ran = true; });
    open.push_back(start(engine, get(server.url("/2"))));
  }
  CHECK(failed(open[0].get()).request_may_have_been_received);
  CHECK(failed(open[1].get()).kind == Kind::interrupted);
  CHECK_FALSE(timer_ran);
}

TEST_CASE("a completion at the engine's end may start another exchange, which ends at once") {
  Gate gate;
  RawServer server;
  server.script({step::read_request(), step::wait_for(gate)});
  std::promise<Outcome> second;
  {
    Engine engine;
    engine.start(get(server.url("/")), [&](Outcome) {
      engine.start(get(server.url("/again")), [&](Outcome outcome) { second.set_value(std::move(outcome)); });
    });
    gate.wait_until_reached();
  }
  CHECK(failed(second.get_future().get()).kind == Kind::interrupted);
}

TEST_CASE("the last owner of an engine may be a callback") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  std::promise<void> done;
  auto engine = std::make_shared<Engine>();
  Engine* bare = engine.get();
  std::promise<void> released;
  bare->start(get(server.url("/")), [owner = std::move(engine), &done, gone = released.get_future().share()](Outcome) {
    gone.wait();
    done.set_value();
  });
  released.set_value();
  done.get_future().wait();
}

TEST_CASE("the process has one engine as long as it has an owner") {
  const auto first = Engine::shared();
  CHECK(Engine::shared() == first);
}

TEST_CASE("a callback that would wait for its own loop gets an error") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  CurlTransport transport("react1/test");
  std::promise<bool> refused;
  transport.engine().post([&] {
    try {
      static_cast<void>(transport.perform(get(server.url("/")), {}));
      refused.set_value(false);
    } catch (const Error& error) {
      refused.set_value(error.code() == ErrorCode::internal);
    }
  });
  CHECK(refused.get_future().get());
}

TEST_CASE("callbacks of a blocking exchange run on the caller's thread, and what they throw comes out") {
  const TemporaryDirectory folder;
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, std::string(100'000, 'x')); });
  CurlTransport transport("react1/test");
  Request request = download(server.url("/"), (folder.path() / "f").string());
  const auto here = std::this_thread::get_id();
  std::int64_t reported = 0;
  request.on_received = [&](std::int64_t done, std::optional<std::int64_t>) {
    CHECK(std::this_thread::get_id() == here);
    reported = done;
  };
  CHECK(answered(transport.perform(request, {})).status == 200);
  CHECK(reported == 100'000);
  request.on_received = [](std::int64_t, std::optional<std::int64_t>) { throw std::runtime_error("enough"); };
  CHECK_THROWS_AS(static_cast<void>(transport.perform(request, {})), std::runtime_error);
}
