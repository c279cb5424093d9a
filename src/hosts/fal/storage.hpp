// SPDX-License-Identifier: Apache-2.0
// Uploads a local file to where the service can read it.
#pragma once

#include <react1/clip_host.hpp>

#include "fal/protocol/session.hpp"
#include "hosts/common/upload_memory.hpp"

namespace react1::hosts {

/// The key of a set of remembered uploads: one key, one rest host and one lifecycle.
[[nodiscard]] UploadScope upload_scope(const FalOptions& options);

/// Requests a signed URL (with the key), streams the file there (without it), in parts when it is large, and returns
/// the URL under which the service will find it. Every step is retried. Progress goes to the observer as Stage::upload,
/// in bytes. Throws Error{io} for a missing, empty or unreadable file, Error{network} when the host reports that
/// it stored another size. With a `memory`, content that is already stored (and whose size the host still confirms) is
/// not uploaded again: the note "upload_reused".
[[nodiscard]] HostedClip upload_file(const fal::Session& session, const ClipFile& clip, const RunContext& context,
                                     UploadMemory* memory = nullptr);

}  // namespace react1::hosts
