// SPDX-License-Identifier: Apache-2.0
// The codec's headers inside of an Ogg stream: recordings that were joined as they are repeat them in the middle.
#pragma once

#include "media/ff/handles.hpp"

namespace react1::media {

/// Tells headers from sound, packet by packet in stored order. FFmpeg hands on those of a second recording whose serial
/// number is the first one's, and its decoders take them for damage.
class OggHeaders {
 public:
  /// True for a packet that holds no sound.
  [[nodiscard]] bool is_header(const AVPacket& packet, AVCodecID codec);

 private:
  bool comment_follows_ = false;  // Speex has no mark on its second header
};

}  // namespace react1::media
