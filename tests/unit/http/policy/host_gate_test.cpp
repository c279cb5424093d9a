// SPDX-License-Identifier: Apache-2.0
#include "http/policy/host_gate.hpp"

#include <doctest/doctest.h>

#include "http/engine/host_queues.hpp"
#include "unit/http/outcomes.hpp"

using namespace react1;
using namespace react1::http;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;
using react1::test::answered;
using react1::test::failed;

namespace {

constexpr HostGate::Time kStart{};
const auto kWall = std::chrono::system_clock::from_time_t(1'800'000'000);

GatePolicy policy() {
  GatePolicy policy;
  policy.limits = {.concurrency = 2,
                   .requests_per_s = 10,
                   .burst = 5,
                   .breaker_failures = 3,
                   .breaker_pause = 5s,
                   .breaker_pause_max = 12s};
  policy.backoff = {.attempts = 5, .base_delay = 1000ms, .max_delay = 30s};
  return policy;
}

/// A request that goes at once and ends so.
void pass(HostGate& gate, GateClass what, const Outcome& outcome, HostGate::Time now) {
  const HostGate::Answer answer = gate.ask(what, now);
  REQUIRE(answer.go);
  gate.on_finished(what, answer.probe, true, outcome, now, kWall);
}

void bring_down(HostGate& gate, HostGate::Time now) {
  for (int i = 0; i < 3; ++i) pass(gate, GateClass::submit, answered(502), now);
  REQUIRE(gate.down());
}

std::vector<std::uint64_t> ids(const std::vector<HostQueues::Grant>& grants) {
  std::vector<std::uint64_t> result;
  for (const auto& grant : grants) result.push_back(grant.id);
  return result;
}

}  // namespace

TEST_CASE("no more exchanges at a time than allowed") {
  HostGate gate(policy(), kStart);
  CHECK(gate.ask(GateClass::ordinary, kStart).go);
  CHECK(gate.ask(GateClass::submit, kStart).go);
  const auto third = gate.ask(GateClass::ordinary, kStart);
  CHECK_FALSE(third.go);
  CHECK_FALSE(third.at);  // only the end of another one can change that
  gate.on_finished(GateClass::ordinary, false, true, answered(200), kStart, kWall);
  CHECK(gate.ask(GateClass::ordinary, kStart).go);
}

TEST_CASE("streams are opened a few at a time and then don't count, and they take no place from others") {
  HostGate gate(policy(), kStart);
  CHECK(gate.ask(GateClass::stream, kStart).go);
  CHECK(gate.ask(GateClass::stream, kStart).go);
  CHECK_FALSE(gate.ask(GateClass::stream, kStart).go);
  CHECK(gate.ask(GateClass::ordinary, kStart).go);
  gate.opened();
  CHECK(gate.ask(GateClass::stream, kStart).go);
  gate.on_finished(GateClass::stream, false, /*counted=*/false, answered(200), kStart, kWall);
  CHECK_FALSE(gate.ask(GateClass::stream, kStart + 1s).go);
  gate.on_finished(GateClass::stream, false, /*counted=*/true, answered(404), kStart + 1s, kWall);
  CHECK(gate.ask(GateClass::stream, kStart + 1s).go);
}

TEST_CASE("after a burst the rate holds, and a quiet time refills no more than the burst") {
  HostGate gate(policy(), kStart);
  const auto go = [&gate](HostGate::Time now) {
    const bool goes = gate.ask(GateClass::stream, now).go;
    if (goes) gate.opened();
    return goes;
  };
  for (int i = 0; i < 5; ++i) CHECK(go(kStart));
  const auto sixth = gate.ask(GateClass::stream, kStart);
  CHECK_FALSE(sixth.go);
  CHECK(sixth.at == kStart + 100ms);
  CHECK_FALSE(go(kStart + 99ms));
  CHECK(go(kStart + 100ms));
  int went = 0;
  while (go(kStart + 1h)) ++went;
  CHECK(went == 5);
}

TEST_CASE("a Retry-After holds everybody, up to the cap, whatever they want") {
  HostGate gate(policy(), kStart);
  pass(gate, GateClass::ordinary, answered(429, {{"Retry-After", "7"}}), kStart);
  for (const GateClass what : {GateClass::ordinary, GateClass::stream, GateClass::submit})
    CHECK(gate.ask(what, kStart + 6s).at == kStart + 7s);
  CHECK(gate.ask(GateClass::ordinary, kStart + 7s).go);
  gate.on_finished(GateClass::ordinary, false, true, answered(503, {{"Retry-After", "9000"}}), kStart + 7s, kWall);
  CHECK(gate.ask(GateClass::ordinary, kStart + 8s).at == kStart + 37s);
}

TEST_CASE("a busy host without a Retry-After gets longer pauses each time, until it answers") {
  HostGate gate(policy(), kStart);
  pass(gate, GateClass::ordinary, answered(429), kStart);
  CHECK(gate.ask(GateClass::ordinary, kStart).at == kStart + 750ms);
  pass(gate, GateClass::ordinary, answered(429), kStart + 1s);
  CHECK(gate.ask(GateClass::ordinary, kStart + 1s).at == kStart + 2500ms);
  pass(gate, GateClass::ordinary, answered(200), kStart + 3s);
  pass(gate, GateClass::ordinary, answered(429), kStart + 3s);
  CHECK(gate.ask(GateClass::ordinary, kStart + 3s).at == kStart + 3750ms);
}

TEST_CASE("a failed job's replayed 503 neither holds requests nor counts as an outage") {
  HostGate gate(policy(), kStart);
  for (int i = 0; i < 4; ++i) pass(gate, GateClass::ordinary, answered(503), kStart);
  CHECK_FALSE(gate.down());
  CHECK(gate.ask(GateClass::submit, kStart).go);
}

TEST_CASE("when the service is down submits wait, one probe at a time goes, and others are not affected") {
  HostGate gate(policy(), kStart);
  bring_down(gate, kStart + 0s);  // each 502 in a row
  CHECK(gate.ask(GateClass::submit, kStart + 1s).at == kStart + 5s);
  pass(gate, GateClass::ordinary, answered(200), kStart + 1s);
  CHECK(gate.down());  // what answers a status may still not take submits
  const auto probe = gate.ask(GateClass::submit, kStart + 5s);
  CHECK(probe.go);
  CHECK(probe.probe);
  const auto second = gate.ask(GateClass::submit, kStart + 6s);
  CHECK_FALSE(second.go);
  CHECK_FALSE(second.at);
  SUBCASE("a probe that fails doubles the pause, up to its maximum") {
    gate.on_finished(GateClass::submit, true, true, failed(Kind::reset), kStart + 6s, kWall);
    CHECK(gate.ask(GateClass::submit, kStart + 6s).at == kStart + 16s);
    pass(gate, GateClass::submit, answered(500), kStart + 16s);
    CHECK(gate.ask(GateClass::submit, kStart + 16s).at == kStart + 28s);
  }
  SUBCASE("a probe that is answered, if with a refusal, ends it") {
    gate.on_finished(GateClass::submit, true, true, answered(422), kStart + 6s, kWall);
    CHECK_FALSE(gate.down());
    CHECK(gate.ask(GateClass::submit, kStart + 6s).go);
  }
  SUBCASE("a probe that is stopped says nothing; the next one tries") {
    gate.on_finished(GateClass::submit, true, true, failed(Kind::interrupted), kStart + 6s, kWall);
    CHECK(gate.down());
    CHECK(gate.ask(GateClass::submit, kStart + 6s).probe);
  }
}

TEST_CASE("an unreachable host is down for submits, and back with the first answer to any request") {
  HostGate gate(policy(), kStart);
  pass(gate, GateClass::ordinary, failed(Kind::connect), kStart);
  pass(gate, GateClass::stream, failed(Kind::resolve), kStart);
  CHECK_FALSE(gate.down());
  pass(gate, GateClass::ordinary, failed(Kind::timeout_connect), kStart);
  CHECK(gate.down());
  CHECK_FALSE(gate.ask(GateClass::submit, kStart).go);
  pass(gate, GateClass::ordinary, answered(202), kStart);
  CHECK(gate.ask(GateClass::submit, kStart).go);
}

TEST_CASE("local faults and streams that break say nothing about the service") {
  HostGate gate(policy(), kStart);
  for (int i = 0; i < 4; ++i) {
    HostGate::Time now = kStart + i * 1s;
    pass(gate, GateClass::submit, failed(Kind::local_read), now);
    pass(gate, GateClass::stream, failed(Kind::truncated_body), now);
    pass(gate, GateClass::ordinary, failed(Kind::stalled), now);
  }
  CHECK_FALSE(gate.down());
}

TEST_CASE("waiting requests go in order, and no class waits for another one's obstacle") {
  HostQueues queues;
  const GatePolicy limits = policy();
  for (std::uint64_t id = 1; id <= 3; ++id) queues.enter(id, "a", GateClass::ordinary, limits, kStart);
  queues.enter(4, "a", GateClass::submit, limits, kStart);
  queues.enter(5, "a", GateClass::stream, limits, kStart);
  queues.enter(6, "b", GateClass::submit, limits, kStart);
  CHECK(queues.next() == kStart);
  CHECK(ids(queues.ready(kStart)) == std::vector<std::uint64_t>{1, 2, 5, 6});
  CHECK_FALSE(queues.next());  // the others wait for an end
  queues.on_finished("a", GateClass::ordinary, false, true, answered(200), kStart, kWall);
  CHECK(ids(queues.ready(kStart)) == std::vector<std::uint64_t>{3});
  queues.on_finished("a", GateClass::ordinary, false, true, answered(200), kStart, kWall);
  CHECK(ids(queues.ready(kStart)) == std::vector<std::uint64_t>{4});
}

TEST_CASE("who is withdrawn while waiting is not let out") {
  HostQueues queues;
  for (std::uint64_t id = 1; id <= 3; ++id) queues.enter(id, "a", GateClass::ordinary, policy(), kStart);
  CHECK(ids(queues.ready(kStart)).size() == 2);
  CHECK(queues.withdraw(3, "a", GateClass::ordinary));
  CHECK_FALSE(queues.withdraw(3, "a", GateClass::ordinary));
  queues.on_finished("a", GateClass::ordinary, false, true, answered(200), kStart, kWall);
  CHECK(queues.ready(kStart).empty());
}

TEST_CASE("submits that wait for a service that is down are all let through in the end") {
  HostQueues queues;
  const GatePolicy limits = policy();
  std::uint64_t id = 0;
  for (int i = 0; i < 3; ++i) {
    queues.enter(++id, "a", GateClass::submit, limits, kStart);
    REQUIRE(queues.ready(kStart).size() == 1);
    queues.on_finished("a", GateClass::submit, false, true, failed(Kind::connect), kStart, kWall);
  }
  CHECK(queues.down("a"));
  for (int i = 0; i < 20; ++i) queues.enter(++id, "a", GateClass::submit, limits, kStart);
  HostGate::Time now = kStart;
  std::vector<std::uint64_t> went;
  int tries = 0;
  // The service is back at the third probe.
  while (went.size() < 20 && ++tries < 1000) {
    const auto grants = queues.ready(now);
    for (const auto& grant : grants) {
      if (queues.down("a")) CHECK(grant.probe);
      const bool back = !went.empty() || tries > 3;
      queues.on_finished("a", GateClass::submit, grant.probe, true, back ? answered(200) : failed(Kind::connect), now,
                         kWall);
      if (back) {
        went.push_back(grant.id);
      } else {
        queues.enter(grant.id, "a", GateClass::submit, limits, now);  // as its own retry does
      }
    }
    const auto next = queues.next();
    if (grants.empty() && next) now = std::max(now, *next);
  }
  CHECK(went.size() == 20);
  CHECK_FALSE(queues.down("a"));
}

TEST_CASE("hosts that have nothing to remember are forgotten") {
  HostQueues queues;
  for (int i = 0; i < 1000; ++i) {
    const std::string host = "https://host-" + std::to_string(i);
    queues.enter(static_cast<std::uint64_t>(i), host, GateClass::ordinary, policy(), kStart);
    CHECK(queues.ready(kStart).size() == 1);
    queues.on_finished(host, GateClass::ordinary, false, true, answered(200), kStart, kWall);
  }
  CHECK(queues.hosts() <= 256);
}
