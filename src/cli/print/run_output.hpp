// SPDX-License-Identifier: Apache-2.0
// What run, result and verify print, and the exit code of the verdict.
#pragma once

#include <react1/pipeline.hpp>
#include <react1/verification.hpp>
#include <string>

#include "cli/print/output_path.hpp"
#include "cli/process/shell.hpp"

namespace react1::cli {

/// The end of a job: writes the result to stdout when requested, and prints the record (on stderr then); with
/// a failed verification the document also has the member "error". Gives 0 or 7.
[[nodiscard]] int hand_over(RunRecord record, const ResultOutput& output, Shell& shell);
/// The verification of `path`. Gives 0 or 7.
[[nodiscard]] int print_verification(const Verification& verification, const std::string& path, const Shell& shell);

}  // namespace react1::cli
