// SPDX-License-Identifier: Apache-2.0
// Detects interlaced pictures without a flag, by analysing them.
#pragma once

#include <string>

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// Only pictures of a broadcast raster can still be woven from two fields, because scaling destroys the fields: wider
/// than high, with the number of lines of a television standard, and its frame rate. False when flags exist.
[[nodiscard]] bool may_hide_fields(const VideoInfo& video);

/// "tff" or "bff" when the pictures around `start_s` (relative to the first frame) are woven from two fields of
/// different moments, else "". Decodes about a dozen frames; where nothing moves there, as many from `retry_s` on.
/// Throws what Demuxer and Decoder throw.
[[nodiscard]] std::string find_field_order(const Source& source, const VideoInfo& video, const Seconds& start_s,
                                           const Seconds& retry_s, const SourceOptions& options,
                                           const RunContext& context);

}  // namespace react1::media
