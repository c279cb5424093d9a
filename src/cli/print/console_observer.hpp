// SPDX-License-Identifier: Apache-2.0
// The terminal output while a command works: a progress line, warnings, and what was paid.
#pragma once

#include <chrono>
#include <optional>
#include <react1/run_context.hpp>
#include <string>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// Everything goes to stderr. The progress line is drawn only on a terminal, without -q, --no-progress and --json, at
/// most ten times a second. Warnings always show unless -q; informational notes with -v.
class ConsoleObserver final : public Observer {
 public:
  /// `result_has_warnings`: the command's own output contains them, so they are not repeated.
  explicit ConsoleObserver(Shell& shell, bool result_has_warnings = false);
  /// Erases the progress line.
  ~ConsoleObserver() override;

  void on_stage(Stage stage) override;
  void on_progress(const Progress& progress) override;
  void on_note(const Note& note) override;
  /// Also stored in Shell::paid, for the report of an interruption.
  void on_request(std::string_view request_id) override;

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const std::string& line);
  void wipe();

  Shell& shell_;
  bool result_has_warnings_;
  bool drawing_;
  bool line_is_drawn_ = false;
  std::optional<Stage> stage_;
  Clock::time_point stage_began_{}, last_drawn_{};
};

/// "prepare  42%  187/375 frames  96 frames/s  2 s left". `elapsed_s` since the stage began.
[[nodiscard]] std::string progress_line(const Progress& progress, double elapsed_s);

}  // namespace react1::cli
