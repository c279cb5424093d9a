// SPDX-License-Identifier: Apache-2.0
#include "cli/print/result_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include "cli/print/error_output.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

[[noreturn]] void throw_undelivered(int error) {
  throw Error(ErrorCode::io, "stdout", "the result cannot be written",
              {.detail = std::generic_category().message(error)});
}

}  // namespace

void print_result(std::string_view result) {
  const std::string text = printable_lines(result);
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       (text.ends_with('\n') || std::fputc('\n', stdout) != EOF) && std::fflush(stdout) == 0;
  if (!written) throw_undelivered(errno);
}

void write_result(std::string_view bytes, const std::stop_token& stop) {
  constexpr int kLookAgainMs = 50;
  while (!bytes.empty()) {
    pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&output, 1, kLookAgainMs);
    if (stop.stop_requested()) throw Error(ErrorCode::interrupted, "stdout", "stopped while the result was written");
    if (ready == 0) continue;
    // A pipe that is ready takes this much without waiting.
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_undelivered(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void print_message(std::string_view message) noexcept {
  try {
    std::string text = printable_lines(message);
    if (!text.ends_with('\n')) text += '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);  // in one call, so that lines of several threads do not mix
  } catch (const std::exception&) {                    // NOLINT(bugprone-empty-catch): no memory to say it with
  }
}

void print_error(const Error& error, const Shell& shell) {
  if (shell.global.log_format != LogFormat::json) {
    print_message(error_text(error));
    return;
  }
  // Not through the log: it may not be set up yet, and this line must always be printed.
  Json line{{"ts", iso8601(std::chrono::system_clock::now())},
            {"level", "error"},
            {"component", "react1"},
            {"message", error.what()}};
  line["error"] = record::document(error)["error"];
  print_message(json_text(line, /*indent=*/-1));
}

void keep_standard_streams() noexcept {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is taken, and the wrong direction, so that reading and writing fail as they would have.
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace react1::cli
