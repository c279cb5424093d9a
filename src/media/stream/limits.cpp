// SPDX-License-Identifier: Apache-2.0
#include "media/stream/limits.hpp"

#include <fmt/format.h>

#include <cstdint>

#include <react1/error.hpp>

namespace react1::media {

void require_within(const AVCodecParameters& codec, const SourceOptions& limits, const std::string& where) {
  const auto refuse = [&](std::string message) {
    throw Error{ErrorCode::media, where, std::move(message),
                Error::Extra{.hint = "the file is damaged, or not a recording; export it again"}};
  };
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO && std::int64_t{codec.width} * codec.height > limits.max_pixels) {
    refuse(fmt::format("a picture of {}x{} is larger than is decoded ({} pixels)", codec.width, codec.height,
                       limits.max_pixels));
  }
  if (codec.codec_type != AVMEDIA_TYPE_AUDIO) return;
  if (codec.ch_layout.nb_channels > limits.max_channels) {
    refuse(fmt::format("{} channels are more than are decoded ({})", codec.ch_layout.nb_channels, limits.max_channels));
  }
  if (codec.sample_rate > limits.max_sample_rate) {
    refuse(fmt::format("{} Hz are more than are decoded ({})", codec.sample_rate, limits.max_sample_rate));
  }
}

}  // namespace react1::media
