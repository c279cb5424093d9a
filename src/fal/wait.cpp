#include "fal/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <react1/error.hpp>
#include <utility>

#include "core/redact.hpp"
#include "fal/hints.hpp"
#include "fal/queue.hpp"
#include "fal/scrub.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kRememberedLines = 5000;

/// Tells the observer what changed from one answer to the next.
class Reporter {
 public:
  Reporter(Observer& observer, const Secret& key) : observer_(observer), key_(key) {}

  /// True when the state is another than before.
  bool report(const QueueStatus& status) {
    for (const LogLine& line : status.logs) {
      if (dedupe_.is_new(line)) note(Note::Level::info, "service_log", log_text(line));
    }
    const bool changed = !last_word_ || *last_word_ != status.word;
    if (changed) report_state(status);
    if (status.queue_position && status.queue_position != position_)
      note(Note::Level::info, "queue_position", fmt::format("{} before this one in the queue", *status.queue_position));
    position_ = status.queue_position;
    last_word_ = status.word;
    return changed;
  }

 private:
  void report_state(const QueueStatus& status) {
    const std::string word = scrub(status.word, key_, /*max_bytes=*/60);
    if (status.state == QueueStatus::State::unknown) {
      note(Note::Level::warning, "unknown_status",
           fmt::format("the service reports a status that is not known, \"{}\"; waiting on", word));
    } else {
      note(Note::Level::info, "service_state", word);
    }
  }

  [[nodiscard]] std::string log_text(const LogLine& line) const {
    const std::string message = scrub(line.message, key_);
    return line.level.empty() ? message : fmt::format("{}: {}", scrub(line.level, key_, /*max_bytes=*/20), message);
  }

  void note(Note::Level level, const char* code, std::string message) {
    observer_.on_note({level, code, std::move(message)});
  }

  Observer& observer_;
  const Secret& key_;
  LogDedupe dedupe_;
  std::optional<std::string> last_word_;
  std::optional<std::int64_t> position_;
};

[[noreturn]] void throw_failed(const QueueStatus& status, const std::string& where, const std::string& request_id,
                               const Secret& key) {
  const ServiceProblem problem{scrub(status.error_type, key, /*max_bytes=*/100), "", scrub(status.error, key), ""};
  throw Error(ErrorCode::refused, where, "the job failed at the service",
              {.detail = problem.message.empty() ? problem.type : problem.message,
               .hint = hint_for(problem),
               .request_id = request_id,
               .problems = {problem}});
}

}  // namespace

bool LogDedupe::is_new(const LogLine& line) {
  const auto [entry, inserted] = seen_.emplace(line.timestamp, line.level, line.message);
  if (!inserted) return false;
  order_.push_back(entry);
  if (order_.size() > kRememberedLines) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

QueueStatus wait_for_completion(const Session& session, const RequestRef& request, const RunContext& context) {
  const FalOptions& options = session.options();
  const std::string where = "request " + request.request_id;
  const auto deadline = session.clock().now() + options.max_wait;
  Reporter reporter(*context.observer, options.key);
  auto interval = options.poll_interval;
  for (;;) {
    QueueStatus status = request_status(session, request, context);
    if (reporter.report(status)) interval = options.poll_interval;
    if (!status.error.empty() || (status.state == QueueStatus::State::completed && !status.error_type.empty()))
      throw_failed(status, where, request.request_id, options.key);
    if (status.state == QueueStatus::State::completed) return status;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - session.clock().now());
    if (left <= std::chrono::milliseconds(0)) {
      throw Error(
          ErrorCode::network, where, fmt::format("not completed within {} s", options.max_wait.count() / 1000),
          {.detail = "last status: " + scrub(status.word, options.key, /*max_bytes=*/60),
           .hint = fmt::format("it goes on at the service; `react1 result {}` fetches it later", request.request_id),
           .retryable = true,
           .request_id = request.request_id});
    }
    http::pause(session.clock(), std::min(interval, left), context);
    interval = std::min(interval + interval / 4 + std::chrono::milliseconds(1), options.poll_interval_max);
  }
}

}  // namespace react1::fal
