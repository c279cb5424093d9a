// SPDX-License-Identifier: Apache-2.0
// Whether the running FFmpeg has what preparing and verifying need.
#pragma once

#include <string>
#include <vector>

namespace react1::media::ff {

/// The missing required encoders and containers, by FFmpeg's names; empty when all are there.
[[nodiscard]] std::vector<std::string> missing_encoders();
/// The missing decoders of the usual sources, and "libavfilter" when it can't be loaded: some clips would be
/// refused.
[[nodiscard]] std::vector<std::string> missing_decoders();

}  // namespace react1::media::ff
