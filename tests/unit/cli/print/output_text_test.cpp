// SPDX-License-Identifier: Apache-2.0
// What the program says: errors, progress and tables, as pure text.
#include <doctest/doctest.h>

#include <string>

#include "cli/print/console_observer.hpp"
#include "cli/print/error_output.hpp"
#include "cli/print/print_text.hpp"

namespace {

using namespace react1;
using namespace react1::cli;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("an error is printed as place, message and cause, then the service's text, then the remedy") {
  const Error error(ErrorCode::refused, "body", "was refused",
                    {.detail = "HTTP 422",
                     .hint = "shorten it",
                     .request_id = "r-1",
                     .problems = {{"too_long", "body.audio_url", "Too long", "{\"max\":15}"}, {"bare", "", "", ""}}});
  CHECK(error_text(error) ==
        "react1: body: was refused (HTTP 422)\n"
        "  body.audio_url: Too long [too_long] {\"max\":15}\n"
        "  bare\n"
        "  shorten it\n"
        "  request r-1\n");
}

TEST_CASE("an error after the payment names the command that continues, quoted for a shell") {
  const Error error(ErrorCode::interrupted, "wait", "was stopped");
  CHECK(has(with_continuation(error, {"r-1", "/out/o.mp4", false}).hint(), "react1 result r-1 -o /out/o.mp4"));
  CHECK(has(with_continuation(error, {"r-1", "it's.mp4", false}).hint(), "-o 'it'\\''s.mp4'"));
  CHECK(has(with_continuation(error, {"r-1", "", false}).hint(), "-o OUT.mp4"));
  CHECK(with_continuation(error, {"r-1", "o", false}).request_id() == "r-1");
}

TEST_CASE("there is nothing to continue before the payment, after a refusal and without a service that lives on") {
  const Error stopped(ErrorCode::interrupted, "wait", "was stopped");
  CHECK(with_continuation(stopped, {}).hint().empty());
  CHECK(with_continuation(stopped, {"r-1", "o", true}).hint().empty());
  const Error refused(ErrorCode::refused, "body", "was refused", {.request_id = "r-1"});
  CHECK(with_continuation(refused, {"r-1", "o", false}).hint().empty());
}

TEST_CASE("once the job is done, the error names its result") {
  const Error closed(ErrorCode::io, "stdout", "the result cannot be written");
  const auto hint = [&](const Paid& paid) { return with_continuation(closed, paid).hint(); };
  CHECK(has(hint({.request_id = "r-1", .output = "/out/o.mp4", .done = true}), "its result is /out/o.mp4"));
  CHECK_FALSE(has(hint({.request_id = "r-1", .output = "/out/o.mp4", .done = true}), "goes on"));
  CHECK(has(hint({.request_id = "r-1", .output = "-", .done = true}), "react1 result r-1 -o OUT.mp4"));
  CHECK_FALSE(
      has(hint({.request_id = "r-1", .output = "-", .ends_with_process = true, .done = true}), "react1 result"));
}

TEST_CASE("progress with a known end has percent, speed and time left") {
  const std::string line = progress_line({Stage::prepare, 100, 400, "frames"}, 2.0);
  CHECK(has(line, "prepare"));
  CHECK(has(line, " 25%"));
  CHECK(has(line, "100 of 400 frames"));
  CHECK(has(line, "50 frames/s"));
  CHECK(has(line, "6 s left"));
  CHECK(has(progress_line({Stage::upload, 1'000'000, 100'000'000, "bytes"}, 1.0), "1.0 MB of 100.0 MB"));
  CHECK(has(progress_line({Stage::upload, 1, 200, ""}, 1.0), "3 min 19 s left"));
}

TEST_CASE("progress without an end has no percent, and none at all is the time that passed") {
  const std::string line = progress_line({Stage::probe, 500, std::nullopt, "frames"}, 2.0);
  CHECK(has(line, "500 frames"));
  CHECK_FALSE(has(line, "%"));
  CHECK(has(progress_line({Stage::wait, 0, std::nullopt, ""}, 61.0), "61 s"));
  CHECK(has(progress_line({Stage::prepare, 500, 400, "frames"}, 1.0), "100%"));
}

TEST_CASE("a table pads every column to its widest cell and leaves no blanks at the ends of lines") {
  CHECK(table({{"a", "bb"}, {"ccc", "d"}, {"−", "e", ""}}, 1) == " a    bb\n ccc  d\n −    e\n");
}

TEST_CASE("sizes and rates read as people write them") {
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1'400'000) == "1.4 MB");
  CHECK(rate_text(25) == "25");
  CHECK(rate_text(Rational(24000, 1001)) == "23.976");
  CHECK(seconds_text(Rational(1, 3)) == "0.333 s");
}

}  // namespace
