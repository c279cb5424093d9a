// SPDX-License-Identifier: Apache-2.0
#include "http/policy/retry.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <react1/error.hpp>

#include "support/fake_clock.hpp"
#include "unit/http/outcomes.hpp"

using namespace react1;
using namespace react1::http;
using std::chrono::milliseconds;
using Kind = TransportFailure::Kind;
using react1::test::answered;
using react1::test::failed;

namespace {

/// Gives the outcomes it was filled with, in order.
class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(std::deque<Outcome> outcomes) : outcomes_(std::move(outcomes)) {}
  Outcome perform(const Request&, const RunContext&) override {
    ++calls;
    REQUIRE_FALSE(outcomes_.empty());
    Outcome next = std::move(outcomes_.front());
    outcomes_.pop_front();
    return next;
  }
  int calls = 0;

 private:
  std::deque<Outcome> outcomes_;
};

const Dice kHighest = [] { return 1.0; };
const RetryOptions kOptions{.attempts = 5, .base_delay = milliseconds(500), .max_delay = milliseconds(30'000)};
const auto kNow = std::chrono::system_clock::from_time_t(1'800'000'000);  // Fri, 15 Jan 2027 08:00:00 GMT

}  // namespace

TEST_CASE("back-off doubles, is jittered to half at most and is capped") {
  CHECK(backoff(1, kOptions, 1.0) == milliseconds(500));
  CHECK(backoff(2, kOptions, 1.0) == milliseconds(1000));
  CHECK(backoff(3, kOptions, 0.0) == milliseconds(1000));
  CHECK(backoff(7, kOptions, 1.0) == milliseconds(30'000));
  CHECK(backoff(2000, kOptions, 1.0) == milliseconds(30'000));
}

TEST_CASE("Retry-After is read as seconds and as a date") {
  CHECK(parse_retry_after("7", kNow) == milliseconds(7000));
  CHECK(parse_retry_after(" 0 ", kNow) == milliseconds(0));
  CHECK(parse_retry_after("Fri, 15 Jan 2027 08:00:10 GMT", kNow) == milliseconds(10'000));
  CHECK(parse_retry_after("Fri, 15 Jan 2027 07:00:00 GMT", kNow) == milliseconds(0));
  CHECK(parse_retry_after("99999999999999999999999", kNow) == milliseconds(86'400'000));
  CHECK_FALSE(parse_retry_after("-3", kNow).has_value());
  CHECK_FALSE(parse_retry_after("soon", kNow).has_value());
  CHECK_FALSE(parse_retry_after("", kNow).has_value());
}

TEST_CASE("Retry-After lengthens the pause, never beyond the cap, and never shortens it") {
  CHECK(pause_after(1, answered(429, {{"retry-after", "7"}}), kOptions, 1.0, kNow) == milliseconds(7000));
  CHECK(pause_after(1, answered(503, {{"Retry-After", "3600"}}), kOptions, 1.0, kNow) == milliseconds(30'000));
  CHECK(pause_after(3, answered(503, {{"Retry-After", "0"}}), kOptions, 1.0, kNow) == milliseconds(2000));
}

TEST_CASE("only passing faults are retried") {
  for (const int code : {408, 429, 500, 502, 503, 504}) CHECK(decide(1, answered(code), kOptions, 0.5, kNow).retry);
  for (const int code : {200, 202, 301, 400, 401, 403, 404, 405, 422, 501})
    CHECK_FALSE(decide(1, answered(code), kOptions, 0.5, kNow).retry);
  for (const Kind kind : {Kind::resolve, Kind::connect, Kind::tls, Kind::timeout_connect, Kind::stalled, Kind::reset,
                          Kind::truncated_body})
    CHECK(decide(1, failed(kind), kOptions, 0.5, kNow).retry);
  for (const Kind kind :
       {Kind::certificate, Kind::too_large, Kind::protocol, Kind::local_read, Kind::local_write, Kind::interrupted})
    CHECK_FALSE(decide(1, failed(kind), kOptions, 0.5, kNow).retry);
  CHECK(decide(4, answered(503), kOptions, 0.5, kNow).retry);
  CHECK_FALSE(decide(5, answered(503), kOptions, 0.5, kNow).retry);
}

TEST_CASE("a request is repeated with growing pauses until it succeeds") {
  ScriptedTransport transport(
      {failed(Kind::reset), answered(503), answered(429, {{"Retry-After", "9"}}), answered(200)});
  const test::FakeClock clock;
  const Outcome outcome = perform_with_retry(transport, {}, {kOptions, clock, kHighest}, {});
  CHECK(std::get<Response>(outcome).status == 200);
  CHECK(transport.calls == 4);
  CHECK(clock.sleeps() == std::vector{milliseconds(500), milliseconds(1000), milliseconds(9000)});
}

TEST_CASE("the last outcome comes back when all attempts are used up") {
  ScriptedTransport transport({answered(500), answered(502), answered(503)});
  const test::FakeClock clock;
  const RetryOptions three{.attempts = 3};
  const Outcome outcome = perform_with_retry(transport, {}, {three, clock, kHighest}, {});
  CHECK(std::get<Response>(outcome).status == 503);
  CHECK(transport.calls == 3);
  CHECK(clock.sleeps().size() == 2);
}

TEST_CASE("a 200 that is not the requested document is tried again, and returned at the end") {
  ScriptedTransport transport({answered(200), answered(200)});
  const test::FakeClock clock;
  const RetryOptions two{.attempts = 2};
  const Outcome outcome =
      perform_with_retry(transport, {}, {two, clock, kHighest}, {}, [](const Response&) { return false; });
  CHECK(std::get<Response>(outcome).status == 200);
  CHECK(transport.calls == 2);
}

TEST_CASE("a stop during a pause ends the retries") {
  ScriptedTransport transport({answered(503), answered(200)});
  std::stop_source stop;
  test::FakeClock clock;
  clock.on_sleep = [&stop] { stop.request_stop(); };
  RunContext context;
  context.stop = stop.get_token();
  try {
    static_cast<void>(perform_with_retry(transport, {}, {kOptions, clock, kHighest}, context));
    FAIL("not interrupted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
  CHECK(transport.calls == 1);
}
