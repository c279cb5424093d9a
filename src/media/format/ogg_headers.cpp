// SPDX-License-Identifier: Apache-2.0
#include "media/format/ogg_headers.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace react1::media {

bool OggHeaders::is_header(const AVPacket& packet, AVCodecID codec) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.data),
                               packet.data == nullptr ? 0 : static_cast<std::size_t>(packet.size));
  if (bytes.empty()) return false;
  switch (codec) {
    case AV_CODEC_ID_OPUS:  // RFC 7845, 5
      return bytes.starts_with("OpusHead") || bytes.starts_with("OpusTags");
    case AV_CODEC_ID_VORBIS:  // Vorbis I, 4.2.1: sound has an even first byte
      return (static_cast<std::uint8_t>(bytes[0]) & 1U) != 0 && bytes.substr(1).starts_with("vorbis");
    case AV_CODEC_ID_FLAC:  // a frame begins with its sync code, RFC 9639, 9.1
      return static_cast<std::uint8_t>(bytes[0]) != 0xFF;
    case AV_CODEC_ID_SPEEX: {
      const bool head = bytes.starts_with("Speex   ");
      return std::exchange(comment_follows_, head) || head;
    }
    default:
      return false;
  }
}

}  // namespace react1::media
