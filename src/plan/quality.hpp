// SPDX-License-Identifier: Apache-2.0
// Encoder settings per quality. docs/quality.md has this table with measurements.
#pragma once

#include <string>

#include <react1/media.hpp>

namespace react1::planning {

struct EncoderSettings {
  std::string preset;        ///< of x264
  int crf = 0;               ///< of x264
  int kbps_per_channel = 0;  ///< MP3
};

/// Those of options.quality, overridden by explicit options.
[[nodiscard]] EncoderSettings encoder_settings(const PrepareOptions& options);

}  // namespace react1::planning
