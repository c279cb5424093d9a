// SPDX-License-Identifier: Apache-2.0
// Sound as numbers: the highest sample of a frame, and decibels.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::media {

/// The highest absolute sample of all channels, 0..1 (floats may exceed 1).
[[nodiscard]] double peak_of(const AVFrame& frame);

/// dB relative to full scale; −200 for 0 and for all below.
[[nodiscard]] double dbfs(double linear) noexcept;

}  // namespace react1::media
