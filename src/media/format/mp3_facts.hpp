// SPDX-License-Identifier: Apache-2.0
// Facts about the sound from an MP3 file's own frames.
#pragma once

#include <react1/media_info.hpp>

#include "media/format/mp3_scan.hpp"

namespace react1::media {

/// Fills AudioInfo::mp3 and corrects FFmpeg's values from the frames: the tag's claim, and the samples where the
/// rate changes inside. `audio` is measured already.
void describe_mp3(AudioInfo& audio, const Mp3Scan& scan);

}  // namespace react1::media
