// Getting a local file to where the service can read it.
#pragma once

#include <string>

#include "fal/session.hpp"

namespace react1::fal {

/// Asks for a signed URL (with the key), streams the file there (without it) and returns the URL under which the
/// service will find it. Both steps are retried. Progress goes to the observer as Stage::upload, in bytes. Throws
/// Error{io} for a file that is missing, empty or unreadable.
[[nodiscard]] std::string upload_file(const Session& session, const std::string& path, const std::string& content_type,
                                      const RunContext& context);

}  // namespace react1::fal
