// SPDX-License-Identifier: Apache-2.0
#include "media/ff/ffmpeg_version.hpp"

#include <cstdint>  // FFmpeg 7 refuses to be included before UINT64_C is known

extern "C" {
#include <libavutil/avutil.h>
}

namespace react1::media::ff {

std::string library_version() {
  return av_version_info();
}

}  // namespace react1::media::ff
