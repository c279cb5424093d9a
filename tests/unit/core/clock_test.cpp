// SPDX-License-Identifier: Apache-2.0
// Times as services write them.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "core/clock.hpp"

using namespace react1;

namespace {

std::int64_t micros(const std::string& text) {
  const auto time = parse_iso8601(text);
  REQUIRE(time);
  return std::chrono::duration_cast<std::chrono::microseconds>(time->time_since_epoch()).count();
}

}  // namespace

TEST_CASE("a time is read with any fraction and any offset, and without an offset it is UTC") {
  constexpr std::int64_t kSecond = 1'000'000;
  CHECK(micros("1970-01-01T00:00:00Z") == 0);
  CHECK(micros("1970-01-01T00:00:01.5Z") == kSecond * 3 / 2);
  CHECK(micros("1970-01-01T00:00:00.123456") == 123'456);
  CHECK(micros("1970-01-01T00:00:00.123456789+00:00") == 123'456);
  CHECK(micros("1970-01-01 02:00:00+02:00") == 0);
  CHECK(micros("1969-12-31T19:00:00-0500") == 0);
  CHECK(micros("1970-01-01T01:00:00+01") == 0);
  CHECK(micros("2024-02-29T00:00:00z") == 1'709'164'800 * kSecond);
}

TEST_CASE("a time that is written is read back") {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  CHECK(parse_iso8601(iso8601(now)) == now);
}

TEST_CASE("what is no time is not read as one") {
  for (const char* text :
       {"", "now", "2026-11-22", "2026-11-22T", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T00:60:00Z", "2026-11-22T00:00:61Z", "2026-11-22T00:00:00 Z", "2026-11-22T00:00:00Zx",
        "2026-11-22T00:00:00+24:00", "2026-11-22T00:00:00+1", "20261122T000000Z", "2026-1-22T00:00:00Z",
        "-026-11-22T00:00:00Z", "1764028800"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_iso8601(text));
  }
}
