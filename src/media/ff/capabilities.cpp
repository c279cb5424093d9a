// SPDX-License-Identifier: Apache-2.0
#include "media/ff/capabilities.hpp"

#include <cstdint>  // FFmpeg 7 refuses to be included before UINT64_C is known

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <react1/error.hpp>

#include "media/ff/filter_library.hpp"

namespace react1::media::ff {

std::vector<std::string> missing_encoders() {
  std::vector<std::string> missing;
  for (const char* name : {"libx264", "libmp3lame"}) {
    if (avcodec_find_encoder_by_name(name) == nullptr) missing.emplace_back(name);
  }
  for (const char* name : {"mp4", "mp3"}) {
    if (av_guess_format(name, nullptr, nullptr) == nullptr) missing.emplace_back(name);
  }
  return missing;
}

std::vector<std::string> missing_decoders() {
  std::vector<std::string> missing;
  for (const AVCodecID id : {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1,
                             AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_PRORES, AV_CODEC_ID_MJPEG,
                             AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS, AV_CODEC_ID_FLAC,
                             AV_CODEC_ID_ALAC, AV_CODEC_ID_AC3, AV_CODEC_ID_PCM_S16LE}) {
    if (avcodec_find_decoder(id) == nullptr) missing.emplace_back(avcodec_get_name(id));
  }
  try {
    static_cast<void>(filter_library());
  } catch (const Error&) {
    missing.emplace_back("libavfilter");
  }
  return missing;
}

}  // namespace react1::media::ff
