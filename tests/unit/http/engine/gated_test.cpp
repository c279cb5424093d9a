// SPDX-License-Identifier: Apache-2.0
// The gates of hosts in front of real exchanges.
#include <thread>

#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

std::shared_ptr<const GatePolicy> policy(HostLimits limits) {
  return std::make_shared<GatePolicy>(GatePolicy{limits, {.base_delay = 1ms, .max_delay = 3s}});
}

}  // namespace

TEST_CASE("what is above the limit waits for its turn and is then answered") {
  Gate gate;
  RawServer server;
  server.script({step::read_request(), step::wait_for(gate), step::send(answer(200, "first"))});
  server.otherwise([](const SeenRequest&) { return answer(200, "later"); });
  CurlTransport transport("react1/test", policy({.concurrency = 1}));
  std::thread first([&] { CHECK(answered(transport.perform(get(server.url("/1")), {})).body == "first"); });
  gate.wait_until_reached();
  std::thread second([&] { CHECK(answered(transport.perform(get(server.url("/2")), {})).status == 200); });
  SUBCASE("in order") {}
  SUBCASE("a stop takes it out of the queue, and nothing was sent") {
    std::stop_source stop;
    RunContext context;
    context.stop = stop.get_token();
    std::thread stopper([&] { stop.request_stop(); });
    const TransportFailure failure = failed(transport.perform(get(server.url("/3")), context));
    stopper.join();
    CHECK(failure.kind == Kind::interrupted);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
  CHECK(server.requests().size() == 1);
  gate.open();
  first.join();
  second.join();
  CHECK(server.count("GET", "/3") == 0);
}

TEST_CASE("a Retry-After to one request holds another one") {
  RawServer server;
  server.script({step::read_request(), step::send(answer(429, "", "", "Retry-After: 1\r\n"))});
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  CurlTransport transport("react1/test", policy({}));
  CurlTransport other("react1/other", policy({}));  // the gate belongs to the host, not to the client
  const auto begun = std::chrono::steady_clock::now();
  CHECK(answered(transport.perform(get(server.url("/1")), {})).status == 429);
  CHECK(answered(other.perform(get(server.url("/2")), {})).status == 200);
  CHECK(std::chrono::steady_clock::now() - begun >= 1s);
}

TEST_CASE("submits wait while the service is down and go when it is back, and a status is not held") {
  RawServer server;
  server.script({step::read_request(), step::reset()});
  server.script({step::read_request(), step::reset()});
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test", policy({.breaker_failures = 2, .breaker_pause = 1s, .breaker_pause_max = 1s}));
  Request submit = post(server.url("/submit"), "{}");
  submit.at_most_once = true;
  for (int i = 0; i < 2; ++i) CHECK(failed(transport.perform(submit, {})).kind == Kind::reset);
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&] { CHECK(answered(transport.perform(submit, {})).status == 200); });
  }
  CHECK(answered(transport.perform(get(server.url("/status")), {})).status == 200);
  for (std::thread& one : waiting) one.join();
  CHECK(std::chrono::steady_clock::now() - begun >= 800ms);
  CHECK(server.count("POST", "/submit") == 5);
}
