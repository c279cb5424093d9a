// SPDX-License-Identifier: Apache-2.0
#include "cli/print/error_output.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <react1/json.hpp>
#include <system_error>
#include <utility>

#include "cli/print/result_output.hpp"
#include "core/printable.hpp"

namespace react1::cli {
namespace {

/// The service may still deliver the result.
bool can_continue(ErrorCode code) {
  return code == ErrorCode::interrupted || code == ErrorCode::network || code == ErrorCode::io ||
         code == ErrorCode::auth || code == ErrorCode::balance || code == ErrorCode::internal;
}

/// Of a failure that is not about our result: the same command would not continue.
bool is_taken(const std::string& output) {
  std::error_code error;
  return std::filesystem::symlink_status(output, error).type() != std::filesystem::file_type::not_found;
}

/// Of a result that could not be printed or written to stdout.
std::string whereabouts(const std::string& request, const Paid& paid) {
  if (!paid.output.empty() && paid.output != "-") return fmt::format(", its result is {}", shell_word(paid.output));
  if (paid.ends_with_process) return {};
  return fmt::format("; its result can be fetched with: react1 result {} -o OUT.mp4", shell_word(request));
}

}  // namespace

std::string error_text(const Error& error) {
  std::string text = fmt::format("react1: {}\n", printable(error.what()));
  for (const ServiceProblem& problem : error.problems()) {
    text += "  " +
            printable(fmt::format("{}{}{}{}{}", problem.location, problem.location.empty() ? "" : ": ",
                                  problem.message.empty() ? problem.type : problem.message,
                                  problem.message.empty() || problem.type.empty() ? "" : " [" + problem.type + "]",
                                  problem.context.empty() ? "" : " " + problem.context)) +
            "\n";
  }
  if (!error.hint().empty()) text += fmt::format("  {}\n", printable(error.hint()));
  if (!error.request_id().empty()) text += fmt::format("  request {}\n", printable(error.request_id()));
  return text;
}

Error with_continuation(const Error& error, const Paid& paid) {
  const std::string request = error.request_id().empty() ? paid.request_id : error.request_id();
  if (request.empty()) return error;
  std::string hint = error.hint();
  if (paid.done) {
    hint += fmt::format("{}the job is done{}", hint.empty() ? "" : "; ", whereabouts(request, paid));
  } else if (can_continue(error.code()) && !paid.ends_with_process && !paid.given_up) {
    hint += fmt::format("{}the request is paid and continues at the service; get it with: react1 result {} -o {}",
                        hint.empty() ? "" : "; ", shell_word(request),
                        paid.output.empty() || is_taken(paid.output) ? "OUT.mp4" : shell_word(paid.output));
  }
  return Error(error.code(), error.where(), error.message(),
               {.detail = error.detail(),
                .hint = std::move(hint),
                .retryable = error.retryable(),
                .request_id = request,
                .problems = error.problems()});
}

int report(const Error& error, const Shell& shell, int signal_code) noexcept {
  const int code =
      error.code() == ErrorCode::interrupted && signal_code != 0 ? signal_code : react1::exit_code(error.code());
  try {
    const Error reported = with_continuation(error, shell.paid);
    print_error(reported, shell);
    if (shell.global.json) print_result(to_json(reported));
  } catch (...) {
    // Neither stream is writable; the exit code remains.
  }
  return code;
}

}  // namespace react1::cli
