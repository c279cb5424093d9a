// SPDX-License-Identifier: Apache-2.0
// Whether the media library that runs can do what preparing and verifying need.
#pragma once

#include <string>
#include <vector>

namespace react1::media::ff {

/// Encoders and containers without which no clip can be made, by FFmpeg's names; empty when all are there.
[[nodiscard]] std::vector<std::string> missing_encoders();
/// Decoders of the usual sources that are not there, and "libavfilter" when it can't be loaded: some clips would be
/// refused.
[[nodiscard]] std::vector<std::string> missing_decoders();

}  // namespace react1::media::ff
