// Fetching the result.
#pragma once

#include <string>

#include "fal/session.hpp"

namespace react1::fal {

/// Into `path`, without the key, following redirects. Retried: from where it stopped when the host offers ranges and
/// the file has not changed, else from the start. Refuses web pages and JSON in place of a video. Progress goes to the
/// observer as Stage::download, in bytes.
void download_result(const Session& session, const ResultVideo& result, const std::string& path,
                     const RunContext& context);

}  // namespace react1::fal
