// SPDX-License-Identifier: Apache-2.0
#include "core/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "core/clock.hpp"
#include "core/json_text.hpp"
#include "core/printable.hpp"

namespace react1::log {
namespace {

struct Sink {
  std::shared_ptr<spdlog::logger> logger;
  Format format = Format::text;
};

/// Not spdlog's registry: a program that links us may use spdlog itself.
std::atomic<const Sink*> g_sink{nullptr};

thread_local std::string t_job;      // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
thread_local std::string t_request;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view word(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string as_json(Level level, std::string_view component, std::string_view message) {
  Json line{{"ts", iso8601(std::chrono::system_clock::now())},
            {"level", word(level)},
            {"component", component},
            {"message", message}};
  if (!t_job.empty()) line["job_id"] = t_job;
  if (!t_request.empty()) line["request_id"] = t_request;
  return json_text(line, -1);
}

std::string as_text(Level level, std::string_view component, std::string_view message) {
  std::string line = fmt::format("{} {:<7} {}: {}", iso8601(std::chrono::system_clock::now()), word(level), component,
                                 printable(message));
  if (!t_job.empty()) line += fmt::format(" job={}", printable(t_job));
  if (!t_request.empty()) line += fmt::format(" request={}", printable(t_request));
  return line;
}

}  // namespace

void init(Level level, Format format) {
  auto logger = std::make_shared<spdlog::logger>("react1", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(to_spdlog(level));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  logger->flush_on(spdlog::level::debug);
  // Lives to the end of the process: other threads may still log while main returns.
  static const Sink sink{std::move(logger), format};
  g_sink.store(&sink, std::memory_order_release);
}

Scope::Scope(std::string job_id, std::string request_id)
    : previous_job_(std::exchange(t_job, std::move(job_id))),
      previous_request_(std::exchange(t_request, std::move(request_id))) {}

Scope::~Scope() {
  t_job = std::move(previous_job_);
  t_request = std::move(previous_request_);
}

void write(Level level, std::string_view component, std::string_view message) {
  const Sink* sink = g_sink.load(std::memory_order_acquire);
  if (sink == nullptr || !sink->logger->should_log(to_spdlog(level))) return;
  const std::string line =
      sink->format == Format::json ? as_json(level, component, message) : as_text(level, component, message);
  sink->logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace react1::log
