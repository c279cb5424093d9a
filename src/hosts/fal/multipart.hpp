// SPDX-License-Identifier: Apache-2.0
// Upload of a large file in parts. Protocol: initiate-multipart gives upload_url; part n (from 1) is PUT to it with
// "/n" before its query and answers {"partNumber", "etag"}; POST …/complete with the list ends it. No call lists or
// aborts parts, so which parts have arrived is known only from UploadMemory.
#pragma once

#include <string>

#include "fal/protocol/session.hpp"
#include "hosts/common/local_file.hpp"

namespace react1::hosts {

/// `upload_url` with "/suffix" before its query.
[[nodiscard]] std::string below(const std::string& upload_url, const std::string& suffix);

/// Sends `file` in parts of UploadOptions::part_bytes, UploadOptions::parts_at_once at a time, each retried on its own,
/// and returns the file's URL. With a `memory` (and a file.sha256) it resumes an earlier attempt, and keeps its parts
/// for a later one when it fails. When the host refuses to resume an earlier attempt, the file is uploaded once more
/// from the start. Progress of all parts together goes to the observer from the caller's thread. Throws Error; a stop
/// of `context` ends all parts.
[[nodiscard]] std::string upload_in_parts(const fal::Session& session, const LocalFile& file, UploadMemory* memory,
                                          const RunContext& context);

}  // namespace react1::hosts
