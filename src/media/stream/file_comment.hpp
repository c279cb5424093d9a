// SPDX-License-Identifier: Apache-2.0
// The comment tag of a media file.
#pragma once

#include <react1/run_context.hpp>
#include <string>

namespace react1::media {

/// The container's "comment" tag; empty when there is none. Throws what Demuxer throws.
[[nodiscard]] std::string file_comment(const std::string& path, const RunContext& context);

}  // namespace react1::media
