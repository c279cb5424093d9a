// SPDX-License-Identifier: Apache-2.0
// Failures → messages for people on stderr, a document for programs on stdout, and an exit code.
#pragma once

#include <react1/error.hpp>
#include <string>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// "react1: where: message (detail)", then the service's message, the hint and, when money was spent, how to continue.
[[nodiscard]] std::string error_text(const Error& error);

/// `error`, with the paid request and the command that continues with it.
[[nodiscard]] Error with_continuation(const Error& error, const Paid& paid);

/// Reports `error` in the form the flags ask for and gives the exit code; `signal_code` (130, 143, …; 0 = none)
/// replaces that of an interruption.
[[nodiscard]] int report(const Error& error, const Shell& shell, int signal_code) noexcept;

}  // namespace react1::cli
