// SPDX-License-Identifier: Apache-2.0
// probe() over arbitrary bytes, with the memory that FFmpeg may ask for bounded as the program bounds it.
#include <react1/error.hpp>
#include <react1/media.hpp>

extern "C" {
#include <libavutil/log.h>
}

#include "fuzz/input.hpp"
#include "media/ff/memory_limit.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace react1;
  static const bool quiet = [] {
    av_log_set_level(AV_LOG_QUIET);
    media::ff::limit_memory();
    return true;
  }();
  static_cast<void>(quiet);
  try {
    static_cast<void>(probe(Source::memory(std::as_bytes(std::span{data, size}))));
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::media);
  }
  return 0;
}
