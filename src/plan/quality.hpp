// SPDX-License-Identifier: Apache-2.0
// What the encoders are told for a quality. docs/quality.md is this table with what it measures.
#pragma once

#include <string>

#include <react1/media.hpp>

namespace react1::planning {

struct EncoderSettings {
  std::string preset;        ///< of x264
  int crf = 0;               ///< of x264
  int kbps_per_channel = 0;  ///< MP3
};

/// Those of options.quality, and what the options set themselves over them.
[[nodiscard]] EncoderSettings encoder_settings(const PrepareOptions& options);

}  // namespace react1::planning
