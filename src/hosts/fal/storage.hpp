// SPDX-License-Identifier: Apache-2.0
// Getting a local file to where the service can read it.
#pragma once

#include <react1/clip_host.hpp>

#include "fal/protocol/session.hpp"
#include "hosts/common/upload_memory.hpp"

namespace react1::hosts {

/// What belongs together in the memory of uploads: one key, one rest host and one lifecycle.
[[nodiscard]] UploadScope upload_scope(const FalOptions& options);

/// Asks for a signed URL (with the key), streams the file there (without it), in parts when it is large, and returns
/// the URL under which the service will find it. Every step is retried. Progress goes to the observer as Stage::upload,
/// in bytes. Throws Error{io} for a file that is missing, empty or unreadable, Error{network} when the host says that
/// it stored another size. With a `memory`, content that is stored already (and of which the host still shows the
/// right size) is not sent: the note "upload_reused".
[[nodiscard]] HostedClip upload_file(const fal::Session& session, const ClipFile& clip, const RunContext& context,
                                     UploadMemory* memory = nullptr);

}  // namespace react1::hosts
