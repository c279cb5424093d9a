// SPDX-License-Identifier: Apache-2.0
// Looking for an IDR picture in an H.264 packet.
#include "fuzz/input.hpp"
#include "media/picture/video_packets.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const int length_size : {0, 1, 2, 4}) static_cast<void>(react1::media::is_idr(data, size, length_size));
  return 0;
}
