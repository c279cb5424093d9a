// SPDX-License-Identifier: Apache-2.0
// The program. The only place where everything is caught: an exception becomes a message, a document and an exit code.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include <exception>
#include <react1/error.hpp>
#include <react1/log_sink.hpp>

#include "cli/app.hpp"
#include "cli/print/error_output.hpp"
#include "cli/print/log_output.hpp"
#include "cli/print/result_output.hpp"
#include "cli/print/version_text.hpp"
#include "cli/process/shell.hpp"
#include "cli/process/signals.hpp"
#include "core/boundary.hpp"
#include "media/ff/memory_limit.hpp"
#include "store/common/patience.hpp"

namespace {

using namespace react1;
using namespace react1::cli;

LogLevel log_level(const Global& global) {
  if (global.verbosity >= 2) return LogLevel::debug;
  if (global.verbosity == 1) return LogLevel::info;
  return global.quiet ? LogLevel::error : LogLevel::warning;
}

int run_action(Shell& shell) {
  if (shell.global.version) {
    print_result(shell.global.json ? version_json() : version_text());
    return 0;
  }
  if (!shell.action) {
    throw Error(ErrorCode::usage, "command line", "no command was given", {.hint = "see react1 --help"});
  }
  set_log_sink(stderr_log_sink(shell.global.log_format), log_level(shell.global));
  take_ffmpeg_log(shell.global.verbosity >= 2 ? FfmpegLog::verbose : FfmpegLog::warnings);
  media::ff::limit_memory();
  const store::StopScope stoppable(shell.stop);
  return shell.action();
}

/// An exception of a command, as an Error.
Error escaped() {
  try {
    rethrow_as_error("react1");
  } catch (const Error& error) {
    return error;
  }
}

int run_program(int argc, char** argv, Shell& shell, const Signals& signals) {
  const auto app = make_app(shell);
  const auto fail = [&](const Error& error) {
    // The parser may not reach the flag in an invalid line.
    shell.global.json = shell.global.json || asks_for_json(argc, argv);
    if (asks_for_json_log(argc, argv)) shell.global.log_format = LogFormat::json;
    return report(error, shell, signals.exit_code());
  };
  try {
    app->parse(argc, argv);
    return run_action(shell);
  } catch (const CLI::CallForHelp& help) {
    return app->exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(error, *app, argc, argv));
  } catch (...) {
    return fail(escaped());
  }
}

/// The key is in our memory and, as FAL_KEY, in our environment. A crash must not put either on a disk or into a
/// journal (systemd-coredump notes the environment), and no other process of the same user reads them. RLIMIT_CORE
/// is not enough: it does not apply to cores that are piped to a program. To debug, start the program under the
/// debugger.
void keep_memory_private() {
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/// The next file that is opened would take the number of a closed standard stream, and be read or written by mistake.
/// The replacement fails as the closed stream did.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));  // takes the lowest number
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_streams();
  keep_memory_private();
  occupy_standard_streams();
  try {
    const Signals signals;  // before any other thread
    Shell shell;
    shell.stop = signals.token();
    return run_program(argc, argv, shell, signals);
  } catch (const std::exception& error) {
    print_message(error.what());
    return exit_code(ErrorCode::internal);
  }
}
