// SPDX-License-Identifier: Apache-2.0
// Getting a local file to where the service can read it.
#pragma once

#include <string>

#include "fal/protocol/session.hpp"
#include "fal/transfer/upload_memory.hpp"

namespace react1::fal {

/// Asks for a signed URL (with the key), streams the file there (without it), in parts when it is large, and returns
/// the URL under which the service will find it. Every step is retried. Progress goes to the observer as Stage::upload,
/// in bytes. Throws Error{io} for a file that is missing, empty or unreadable, Error{network} when the host says that
/// it stored another size. With a `memory`, content that lies there already (and of which the host still shows the
/// right size) is not sent: the note "upload_reused". `sha256` is that of the file, when the caller knows it.
/// `name`: see FalClient::upload().
[[nodiscard]] std::string upload_file(const Session& session, const std::string& path, const std::string& content_type,
                                      const RunContext& context, UploadMemory* memory = nullptr,
                                      const std::string& sha256 = {}, const std::string& name = {});

}  // namespace react1::fal
