// SPDX-License-Identifier: Apache-2.0
#include "cli/print/run_output.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>
#include <vector>

#include "cli/print/error_output.hpp"
#include "cli/print/print_text.hpp"
#include "cli/print/result_output.hpp"
#include "core/printable.hpp"
#include "record/documents.hpp"

namespace react1::cli {
namespace {

Error failed_verification(const Verification& verification, const std::string& path) {
  std::vector<std::string> names;
  for (const Check& check : verification.checks) {
    if (check.verdict == Verdict::fail) names.push_back(check.name);
  }
  return {
      ErrorCode::verification,
      path,
      "the result failed its verification",
      {.detail = fmt::format("{}", fmt::join(names, ", ")), .hint = "the file is kept; the checks say what is wrong"}};
}

/// 0, or 7 with the failure added to the document and printed on stderr.
int finish(Json document, const Verification& verification, const std::string& path, const Shell& shell) {
  int code = 0;
  if (verification.verdict == Verdict::fail) {
    const Error error = failed_verification(verification, path);
    code = exit_code(error.code());
    print_error(error, shell);
    document["error"] = record::document(error)["error"];
  }
  if (shell.global.json) print_result(json_text(document));
  return code;
}

std::string run_text(const RunRecord& record) {
  std::string text = printable(record.output_path) + "\n";
  text += fmt::format("  request {}{}{}, {}\n", printable(record.request_id),
                      record.sandbox ? " (sandbox: timing only, no lip-sync)" : "",
                      record.reused ? " (an earlier result of the same clips and parameters, nothing was paid)" : "",
                      bytes_text(record.output_bytes));
  if (record.timings.total_s && !record.reused) text += fmt::format("  took {:.1f} s\n", *record.timings.total_s);
  return text + verification_text(record.verification);
}

}  // namespace

int hand_over(RunRecord record, const ResultOutput& output, Shell& shell) {
  shell.paid.request_id = record.request_id;
  shell.paid.done = true;
  if (output.is_stdout()) {
    output.deliver(shell.stop);
    record.output_path = "standard output";
    if (!shell.global.quiet) print_message(run_text(record));
  } else if (!shell.global.json) {
    print_result(run_text(record));
  }
  return finish(record::document(record), record.verification, record.output_path, shell);
}

int print_verification(const Verification& verification, const std::string& path, const Shell& shell) {
  if (!shell.global.json) print_result(verification_text(verification));
  return finish(record::document(verification), verification, path, shell);
}

}  // namespace react1::cli
