// SPDX-License-Identifier: Apache-2.0
// Downloads the result.
#pragma once

#include <string>

#include "fal/protocol/session.hpp"

namespace react1::fal {

/// Into `path`, without the key, following redirects. Retried: from where it stopped when the host offers ranges and
/// the file has not changed (by its tag or date, else by its size), else from the start. When the URL has an expiry
/// time, that is the note "result_expires", a warning within its last 15 min. Refuses web pages and JSON in place of a
/// video. Progress goes to the observer as Stage::download, in bytes.
void download_result(const Session& session, const ResultVideo& result, const std::string& path,
                     const RunContext& context);

}  // namespace react1::fal
