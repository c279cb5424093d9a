// SPDX-License-Identifier: Apache-2.0
// The last stage: measures a result file and checks it (checks.hpp has the checks).
#pragma once

#include <optional>
#include <react1/run_context.hpp>
#include <string>

#include "stages/verify/checks.hpp"

namespace react1::stages {

struct ResultToVerify {
  std::string path;                           ///< the downloaded file
  std::optional<ResultVideo> reported;        ///< the service's answer
  std::optional<Expectation> expected;        ///< nullopt: only the file itself is judged
  std::optional<std::string> prepared_video;  ///< when still available: the comparison for "unchanged"
};

/// Reads and decodes the file once. A file that is not media at all yields a failed Verification, not an Error;
[[nodiscard]] ResultToVerify result_to_verify(std::string path, std::optional<ResultVideo> reported,
                                              const std::optional<Preparation>& preparation, bool sandbox);

/// Reads and decodes the file once. A file that is not media at all gives a failed Verification, not an Error;
/// Error{io} when it can't be read, Error{interrupted}.
[[nodiscard]] Verification verify_result(const ResultToVerify& input, const RunContext& context);

/// True for a file whose tag names the sandbox as its origin, whichever service delivered it. False for a file
/// that is not media.
[[nodiscard]] bool is_sandbox_result(const std::string& path, const RunContext& context);

}  // namespace react1::stages
