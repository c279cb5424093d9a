// SPDX-License-Identifier: Apache-2.0
// Log lines on stderr.
#pragma once

#include <react1/log_sink.hpp>

#include "cli/process/shell.hpp"

namespace react1::cli {

/// Writes each record as one line to stderr, with its time in UTC: as text with control characters escaped, or as
/// one JSON object.
[[nodiscard]] LogSink stderr_log_sink(LogFormat format);

}  // namespace react1::cli
