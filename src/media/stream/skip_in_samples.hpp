// SPDX-License-Identifier: Apache-2.0
// What an MP4's edit list hides of the first packet, in samples.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::media {

/// FFmpeg tells a decoder how many samples to drop, and gives it the number of the track's ticks: right where a tick is
/// a sample. Opus is decoded at 48 kHz whatever the track counts in, and HE-AAC at twice the rate of its core.
/// `packet` is one of `stream`, of an MP4 or MOV.
void tell_skip_in_samples(const AVStream& stream, AVPacket& packet);

}  // namespace react1::media
