// SPDX-License-Identifier: Apache-2.0
#include "cli/print/log_output.hpp"

#include <fmt/format.h>

#include <string>

#include "cli/print/result_output.hpp"
#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

std::string json_line(const LogRecord& record) {
  Json line{{"ts", iso8601(record.time)},
            {"level", to_string(record.level)},
            {"component", record.component},
            {"message", record.message}};
  if (!record.job_id.empty()) line["job_id"] = record.job_id;
  if (!record.request_id.empty()) line["request_id"] = record.request_id;
  return json_text(line, /*indent=*/-1);
}

std::string text_line(const LogRecord& record) {
  std::string line = fmt::format("{} {:<7} {}: {}", iso8601(record.time), to_string(record.level), record.component,
                                 printable(record.message));
  if (!record.job_id.empty()) line += fmt::format(" job={}", printable(record.job_id));
  if (!record.request_id.empty()) line += fmt::format(" request={}", printable(record.request_id));
  return line;
}

}  // namespace

LogSink stderr_log_sink(LogFormat format) {
  return [format](const LogRecord& record) {
    print_message(format == LogFormat::json ? json_line(record) : text_line(record));
  };
}

}  // namespace react1::cli
