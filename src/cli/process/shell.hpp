// SPDX-License-Identifier: Apache-2.0
// What every command shares: the global flags, how to stop, and what has been paid so far.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

namespace react1::cli {

/// Of log lines, and of errors and events on stderr.
enum class LogFormat { text, json };

/// Flags that every command takes, before or after its name.
struct Global {
  bool json = false;
  bool quiet = false;        ///< errors and results only
  bool no_progress = false;  ///< warnings, but no moving line
  int verbosity = 0;         ///< 1: info, 2 and more: debug
  LogFormat log_format = LogFormat::text;
  bool version = false;
};

/// What a command that ends early must report about payment.
struct Paid {
  std::string request_id;          ///< empty: nothing was paid yet
  std::string output;              ///< where the result was to go; empty when the command had no -o
  bool given_up = false;           ///< the service was asked to cancel it
  bool ends_with_process = false;  ///< an in-process sandbox: nothing to continue with, and no money
  bool done = false;               ///< the result exists; a later failure concerns only reporting it
};

struct Shell {
  Global global;
  std::stop_token stop;
  Paid paid;
  std::function<int()> action;  ///< the chosen command; gives the exit code. Empty when none was named
};

}  // namespace react1::cli
