// SPDX-License-Identifier: Apache-2.0
// Log records as lines on stderr.
#include "cli/print/log_output.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "core/json_text.hpp"
#include "support/stderr_of.hpp"

using namespace react1;
using namespace react1::cli;

namespace {

LogRecord sample_log_record() {
  return {.level = LogLevel::warning,
          .time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'764'000'000'123)),
          .component = "submit",
          .message = "two\nlines and \x1b[31mred",
          .job_id = "job-1",
          .request_id = ""};
}

}  // namespace

TEST_CASE("a log record is one line of text, with nothing that acts on a terminal") {
  const std::string line = test::stderr_of([] { stderr_log_sink(LogFormat::text)(sample_log_record()); });
  CHECK(line.starts_with("2025-11-24T16:00:00.123Z warning submit: two"));
  CHECK(line.ends_with(" job=job-1\n"));
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find('\n') == line.size() - 1);
}

TEST_CASE("a log record is one JSON object, its message unchanged, without what is not known") {
  const std::string line = test::stderr_of([] { stderr_log_sink(LogFormat::json)(sample_log_record()); });
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find('\x1b') == std::string::npos);
  const Json object = parse_json(line, "line", ErrorCode::internal);
  CHECK(object.at("ts") == "2025-11-24T16:00:00.123Z");
  CHECK(object.at("level") == "warning");
  CHECK(object.at("component") == "submit");
  CHECK(object.at("message") == "two\nlines and \x1b[31mred");
  CHECK(object.at("job_id") == "job-1");
  CHECK_FALSE(object.contains("request_id"));
}
