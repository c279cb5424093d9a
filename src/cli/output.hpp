// stdout: results, and nothing but results.
#pragma once

#include <string_view>

namespace react1::cli {

/// Writes `text` and a final line break to stdout and flushes. Throws Error{io} when it does not arrive (full disk,
/// closed pipe): a result that was not delivered is not a success.
void print_result(std::string_view text);

/// Writes a line to stderr; what cannot be said there is not said.
void print_message(std::string_view text) noexcept;

}  // namespace react1::cli
