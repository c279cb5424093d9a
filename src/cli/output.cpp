#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <react1/error.hpp>
#include <string>
#include <system_error>

#include "core/printable.hpp"

namespace react1::cli {

void print_result(std::string_view result) {
  const std::string text = printable_lines(result);
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       (text.ends_with('\n') || std::fputc('\n', stdout) != EOF) && std::fflush(stdout) == 0;
  if (!written) {
    throw Error(ErrorCode::io, "stdout", "the result cannot be written",
                {.detail = std::generic_category().message(errno)});
  }
}

void print_message(std::string_view message) noexcept {
  try {
    const std::string text = printable_lines(message);
    std::fwrite(text.data(), 1, text.size(), stderr);
    if (!text.ends_with('\n')) std::fputc('\n', stderr);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory to say it with
  }
}

}  // namespace react1::cli
