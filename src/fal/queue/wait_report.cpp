// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait_report.hpp"

#include <fmt/format.h>

#include <utility>

#include "fal/protocol/scrub.hpp"

namespace react1::fal {
namespace {

constexpr std::size_t kRememberedLines = 5000;
constexpr std::size_t kWordBytes = 60;

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

bool WaitReport::report(const QueueStatus& status) {
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

void WaitReport::report_state(const QueueStatus& status) {
  const std::string word = scrub(status.word, key_, kWordBytes);
  if (status.state == QueueStatus::State::unknown) {
    note(Note::Level::warning, "unknown_status",
         fmt::format("the service reports an unknown status, \"{}\"; still waiting", word));
  } else {
    note(Note::Level::info, "service_state", word);
  }
}

std::string WaitReport::log_text(const LogLine& line) const {
  const std::string message = scrub(line.message, key_);
  return line.level.empty() ? message : fmt::format("{}: {}", scrub(line.level, key_, /*max_bytes=*/20), message);
}

void WaitReport::note(Note::Level level, const char* code, std::string message) {
  observer_.on_note({level, code, std::move(message)});
}

std::string WaitReport::last_word() const {
  return last_word_ ? scrub(*last_word_, key_, kWordBytes) : std::string{};
}

}  // namespace react1::fal
