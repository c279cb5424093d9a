// SPDX-License-Identifier: Apache-2.0
#include "cli/print/console_observer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "core/log.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{100};

bool may_draw(const Global& global) {
  return !global.quiet && !global.no_progress && !global.json && global.log_format == LogFormat::text &&
         ::isatty(STDERR_FILENO) == 1;
}

std::string amount(double count, std::string_view unit) {
  if (unit == "bytes") return bytes_text(static_cast<std::int64_t>(count));
  return unit.empty() ? fmt::format("{:.0f}", count) : fmt::format("{:.0f} {}", count, unit);
}

std::string time_left(double seconds) {
  constexpr double kLongest = 359'999;  // below 100 hours; the estimate of a stalled stage is unbounded
  const auto whole = static_cast<int>(std::min(seconds, kLongest));
  return whole < 60 ? fmt::format("{} s", whole) : fmt::format("{} min {} s", whole / 60, whole % 60);
}

}  // namespace

std::string progress_line(const Progress& progress, double elapsed_s) {
  const auto done = static_cast<double>(progress.done);
  const bool is_measurable = elapsed_s > 0.5 && progress.done > 0;
  std::string line = fmt::format("{:<9}", to_string(progress.stage));
  if (progress.total && *progress.total > 0) {
    const auto total = static_cast<double>(*progress.total);
    line += fmt::format("{:3.0f}%  {} of {}", std::min(100.0, 100.0 * done / total),
                        progress.unit == "bytes" ? bytes_text(progress.done) : fmt::to_string(progress.done),
                        amount(total, progress.unit));
    if (is_measurable) {
      line += fmt::format("  {}/s  {} left", amount(done / elapsed_s, progress.unit),
                          time_left(std::max(0.0, (total - done) * elapsed_s / done)));
    }
  } else if (progress.done > 0) {
    line += amount(done, progress.unit);
    if (is_measurable) line += fmt::format("  {}/s", amount(done / elapsed_s, progress.unit));
  } else {
    line += fmt::format("{:.0f} s", elapsed_s);
  }
  return line;
}

ConsoleObserver::ConsoleObserver(Shell& shell, bool result_has_warnings)
    : shell_(shell), result_has_warnings_(result_has_warnings), drawing_(may_draw(shell.global)) {}

ConsoleObserver::~ConsoleObserver() {
  wipe();
}

void ConsoleObserver::on_stage(Stage stage) {
  stage_ = stage;
  stage_began_ = Clock::now();
  last_drawn_ = {};
  draw(fmt::format("{:<9}", to_string(stage)));
}

void ConsoleObserver::on_progress(const Progress& progress) {
  const auto now = Clock::now();
  if (!drawing_ || now - last_drawn_ < kBetweenDrawings) return;
  if (stage_ != progress.stage) {
    stage_ = progress.stage;
    stage_began_ = now;
  }
  last_drawn_ = now;
  draw(progress_line(progress, std::chrono::duration<double>(now - stage_began_).count()));
}

void ConsoleObserver::on_note(const Note& note) {
  if (note.code == "cancel_requested") shell_.paid.given_up = true;
  const bool is_warning = note.level == Note::Level::warning;
  if (shell_.global.log_format == LogFormat::json) {
    log::write(is_warning ? log::Level::warning : log::Level::info, note.code, note.message);
    return;
  }
  const bool is_offer = note.code == "offer";  // the cost is always printed
  const bool is_shown = is_warning ? !result_has_warnings_ : is_offer || shell_.global.verbosity > 0;
  if (shell_.global.quiet || !is_shown) return;
  wipe();
  const char* kind = is_warning ? "warning: " : is_offer ? "" : "note: ";
  print_message(fmt::format("react1: {}{}", kind, printable(note.message)));
}

void ConsoleObserver::on_request(std::string_view request_id) {
  shell_.paid.request_id = request_id;
  if (shell_.global.log_format == LogFormat::json) {
    log::info("request", fmt::format("accepted: {}", request_id));
    return;
  }
  if (shell_.global.quiet) return;
  wipe();
  print_message(fmt::format("react1: the service accepted request {}", printable(request_id)));
}

void ConsoleObserver::draw(const std::string& line) {
  if (!drawing_) return;
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
  line_is_drawn_ = true;
}

void ConsoleObserver::wipe() {
  if (!line_is_drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  line_is_drawn_ = false;
}

}  // namespace react1::cli
