// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "doctor/examinations.hpp"
#include "http/engine/curl_version.hpp"
#include "media/ff/capabilities.hpp"
#include "media/ff/ffmpeg_version.hpp"

namespace react1::doctor {

void check_libraries(Findings& findings) {
  findings.push_back(
      good("libraries", fmt::format("FFmpeg {}; {}", media::ff::library_version(), http::library_version())));
  if (const auto missing = media::ff::missing_encoders(); !missing.empty()) {
    findings.push_back(failed("encoders", ErrorCode::media,
                              fmt::format("this FFmpeg cannot write {}", fmt::join(missing, ", ")),
                              "install the FFmpeg of your distribution with libx264 and libmp3lame"));
  } else {
    findings.push_back(good("encoders", "H.264 in MP4 and MP3 can be written"));
  }
  if (const auto missing = media::ff::missing_decoders(); !missing.empty()) {
    findings.push_back(warning(
        "decoders", fmt::format("this FFmpeg lacks {}: clips that need it are refused", fmt::join(missing, ", ")),
        "install the FFmpeg of your distribution, libavfilter included"));
  } else {
    findings.push_back(good("decoders", "the usual video and audio codecs can be read"));
  }
}

}  // namespace react1::doctor
