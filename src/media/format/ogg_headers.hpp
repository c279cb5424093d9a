// SPDX-License-Identifier: Apache-2.0
// The codec's headers inside an Ogg stream: joined recordings repeat them in the middle.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::media {

/// Distinguishes headers from sound, packet by packet in stored order. FFmpeg passes on those of a second recording
/// with the serial number of the first, and its decoders treat them as damage.
class OggHeaders {
 public:
  /// True for a packet without sound.
  [[nodiscard]] bool is_header(const AVPacket& packet, AVCodecID codec);

 private:
  bool comment_follows_ = false;  // Speex has no mark on its second header
};

}  // namespace react1::media
