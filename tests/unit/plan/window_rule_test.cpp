// SPDX-License-Identifier: Apache-2.0
// Windows against clips: what is taken, what is refused, what is warned of.
#include <doctest/doctest.h>

#include <string>

#include <react1/error.hpp>

#include "plan/window_rule.hpp"

namespace react1 {
namespace {

const std::string path = "clip.mp4";

struct Taken {
  planning::Window window;
  std::vector<Warning> warnings;
};

Taken take(const WindowOptions& options, Seconds length, Seconds limit = 15) {
  auto taken = planning::resolve_window(options, {.clip = "video", .path = path, .length = length, .limit = limit});
  return {taken.value, std::move(taken.warnings)};
}

void check(const Taken& taken, Seconds start, Seconds end, bool whole) {
  CHECK(taken.window.start == start);
  CHECK(taken.window.end == end);
  CHECK(taken.window.whole == whole);
}

Error failure(const WindowOptions& options, Seconds length) {
  try {
    (void)take(options, length);
  } catch (const Error& error) {
    return error;
  }
  FAIL("a window where an error was due");
  return {ErrorCode::internal, "", ""};
}

TEST_CASE("without options the whole clip is used, up to the limit and with a warning when that is less") {
  check(take({}, 10), 0, 10, true);
  CHECK(take({}, 15).warnings.empty());
  const Taken longer = take({}, 20);
  check(longer, 0, 15, false);
  REQUIRE(longer.warnings.size() == 1);
  CHECK(longer.warnings[0].code == "trimmed_to_limit");
  check(take({.start = 2}, 20), 2, 17, false);
}

TEST_CASE("any two of start, duration and end name a window") {
  check(take({.start = 2, .duration = 3}, 10), 2, 5, false);
  check(take({.start = 2, .end = 5}, 10), 2, 5, false);
  check(take({.duration = 3, .end = 5}, 10), 2, 5, false);
  check(take({.end = 5}, 10), 0, 5, false);
  check(take({.duration = 5}, 10), 0, 5, false);
  check(take({.start = 5}, 10), 5, 10, false);
}

TEST_CASE("a window longer than the limit is shortened with a warning, however it was given") {
  for (const WindowOptions& options : {WindowOptions{.duration = 16}, WindowOptions{.end = 16}}) {
    const Taken taken = take(options, 20);
    check(taken, 0, 15, false);
    REQUIRE(taken.warnings.size() == 1);
    CHECK(taken.warnings[0].code == "window_shortened");
  }
}

TEST_CASE("a duration that runs past the clip is shortened with a warning") {
  const Taken taken = take({.start = 8, .duration = 5}, 10);
  check(taken, 8, 10, false);
  REQUIRE(taken.warnings.size() == 1);
  CHECK(taken.warnings[0].message.find("ends at 10 s") != std::string::npos);
  CHECK(take({.duration = 20}, 10).warnings.empty());
}

TEST_CASE("a start or an end past the clip is an error that names the clip's real length") {
  for (const WindowOptions& options :
       {WindowOptions{.start = 10}, WindowOptions{.start = 11}, WindowOptions{.end = 11}}) {
    const Error error = failure(options, 10);
    CHECK(error.code() == ErrorCode::media);
    CHECK(error.where() == path);
    CHECK(error.message().find("10.000000 s") != std::string::npos);
  }
}

TEST_CASE("a length copied from a rounded display still means the end of the clip") {
  check(take({.end = Seconds(3333334, 1000000)}, Seconds(10, 3)), 0, Seconds(10, 3), true);
}

TEST_CASE("windows that make no sense by themselves are usage errors") {
  for (const WindowOptions& options :
       {WindowOptions{.duration = 0}, WindowOptions{.duration = -1}, WindowOptions{.start = -1},
        WindowOptions{.end = 0}, WindowOptions{.start = 3, .end = 3}, WindowOptions{.start = 4, .end = 3},
        WindowOptions{.duration = 4, .end = 3}, WindowOptions{.start = 1, .duration = 1, .end = 2}}) {
    CHECK(failure(options, 10).code() == ErrorCode::usage);
    CHECK(planning::window_problems(options).size() == 1);
  }
  CHECK(planning::window_problems({.start = -1, .duration = 0}).size() == 2);
}

}  // namespace
}  // namespace react1
