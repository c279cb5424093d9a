// SPDX-License-Identifier: Apache-2.0
// For tests that open one file in two ways and hold the streams against each other.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::test {

/// Everything that FFmpeg tells about a stream's pictures.
void check_same_pictures(const AVCodecParameters& seen, const AVCodecParameters& whole);

}  // namespace react1::test
