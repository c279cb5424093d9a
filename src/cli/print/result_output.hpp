// SPDX-License-Identifier: Apache-2.0
// stdout: results, and nothing but results. stderr: everything else.
#pragma once

#include <react1/error.hpp>
#include <stop_token>
#include <string_view>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// Writes `result`, with control characters escaped (core/printable; JSON text contains none), and a
/// final line break to stdout and flushes. Throws Error{io} when it does not arrive (full disk, closed pipe): a result
/// that was not delivered is not a success.
void print_result(std::string_view result);
/// Writes bytes to stdout unchanged. Throws as above, and Error{interrupted} when a stop ends a wait for the reader.
void write_result(std::string_view bytes, const std::stop_token& stop);

/// Writes a line to stderr, escaped likewise; failures are ignored. Foreign text that may contain line
/// breaks goes through printable() before it becomes a part of a message.
void print_message(std::string_view message) noexcept;
/// Reports a failure on stderr: as text, or as one log line where log lines are JSON.
void print_error(const Error& error, const Shell& shell);

/// Replaces a closed standard stream by one that fails, so that none of our files takes its number
/// and receives its data. Must be called before anything is opened.
void keep_standard_streams() noexcept;

}  // namespace react1::cli
