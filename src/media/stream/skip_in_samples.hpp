// SPDX-License-Identifier: Apache-2.0
// The part of the first packet that an MP4's edit list hides, in samples.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::media {

/// FFmpeg passes the number of samples to drop in ticks of the track, which is right only where a tick is
/// a sample. Opus is decoded at 48 kHz whatever the track's time base, and HE-AAC at twice the rate of its core.
/// `packet` is one of `stream`, of an MP4 or MOV.
void tell_skip_in_samples(const AVStream& stream, AVPacket& packet);

}  // namespace react1::media
