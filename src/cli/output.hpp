// stdout: results, and nothing but results.
#pragma once

#include <string_view>

namespace react1::cli {

/// Writes `result`, with what would act on a terminal escaped (core/printable; JSON text has nothing of it), and a
/// final line break to stdout and flushes. Throws Error{io} when it does not arrive (full disk, closed pipe): a result
/// that was not delivered is not a success.
void print_result(std::string_view result);

/// Writes a line to stderr, escaped likewise; what cannot be said there is not said. Text of others that may hold line
/// breaks goes through printable() before it becomes a part of a message.
void print_message(std::string_view message) noexcept;

}  // namespace react1::cli
