// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/sse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace react1::fal;

namespace {

using Events = std::vector<std::string>;

/// "name|data" of every event.
void feed(SseParser& parser, std::string_view bytes, Events& events) {
  CHECK(parser.feed(bytes, [&](const SseEvent& event) { events.push_back(event.name + "|" + event.data); }));
}

Events parse(std::string_view bytes) {
  SseParser parser;
  Events events;
  feed(parser, bytes, events);
  return events;
}

const std::string kEverything =
    "\xEF\xBB\xBF"
    "data: {\"status\":\"IN_QUEUE\"}\n\n"
    ": ping\n\n"
    "data:no blank\r\n\r\n"
    "event: status\rdata: by carriage returns\r\r"
    "id: 7\nretry: 10\ndata: first\ndata\ndata:  third\n\n"
    "event: without data\n\n"
    "data: mixed\r\n\n"
    "data: {\"status\":\"COMPLETED\"}\n\n"
    "data: never ended\n";
const Events kExpected{"|{\"status\":\"IN_QUEUE\"}", "|no blank", "status|by carriage returns",
                       "|first\n\n third",           "|mixed",    "|{\"status\":\"COMPLETED\"}"};

}  // namespace

TEST_CASE("events are read whatever ends their lines") {
  CHECK(parse(kEverything) == kExpected);
  CHECK(parse("").empty());
  CHECK(parse("\n\r\n\r\r\n").empty());
}

TEST_CASE("events come out the same wherever their bytes are cut") {
  for (std::size_t first = 0; first <= kEverything.size(); ++first) {
    for (std::size_t second = first; second <= kEverything.size(); ++second) {
      SseParser parser;
      Events events;
      const std::string_view all = kEverything;
      feed(parser, all.substr(0, first), events);
      feed(parser, all.substr(first, second - first), events);
      feed(parser, all.substr(second), events);
      REQUIRE(events == kExpected);
    }
  }
  SseParser bytewise;
  Events events;
  for (const char byte : kEverything) feed(bytewise, {&byte, 1}, events);
  CHECK(events == kExpected);
}

TEST_CASE("an event comes out with the byte that ends it, not with the next one") {
  SseParser parser;
  Events events;
  feed(parser, "data: a\r\n\r", events);
  CHECK(events == Events{"|a"});
  feed(parser, "\ndata: b\n\n", events);
  CHECK(events == Events{"|a", "|b"});
}

TEST_CASE("a line or an event above the cap ends the stream") {
  const auto ignore = [](const SseEvent&) {};
  SseParser line(100);
  CHECK_FALSE(line.feed("data: " + std::string(200, 'x'), ignore));
  SseParser pieces(100);
  bool fine = true;
  for (int i = 0; i < 200 && fine; ++i) fine = pieces.feed("x", ignore);
  CHECK_FALSE(fine);
  SseParser event(100);
  fine = true;
  for (int i = 0; i < 20 && fine; ++i) fine = event.feed("data: 0123456789\n", ignore);
  CHECK_FALSE(fine);
  SseParser many(100);
  for (int i = 0; i < 1000; ++i) CHECK(many.feed("data: 0123456789\n\n: ping\n", ignore));
}
