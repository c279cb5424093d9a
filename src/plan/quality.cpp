// SPDX-License-Identifier: Apache-2.0
#include "plan/quality.hpp"

namespace react1::planning {
namespace {

EncoderSettings settings_of(Quality quality) {
  switch (quality) {
    case Quality::draft:
      return {.preset = "superfast", .crf = 23, .kbps_per_channel = 64};
    case Quality::standard:
      return {.preset = "veryfast", .crf = 17, .kbps_per_channel = 128};
    case Quality::high:
      return {.preset = "veryfast", .crf = 12, .kbps_per_channel = 160};
    case Quality::lossless:
      return {.preset = "veryfast", .crf = 4, .kbps_per_channel = 160};
  }
  return {};
}

}  // namespace

EncoderSettings encoder_settings(const PrepareOptions& options) {
  EncoderSettings settings = settings_of(options.quality);
  settings.preset = options.video_preset.value_or(settings.preset);
  settings.crf = options.video_crf.value_or(settings.crf);
  settings.kbps_per_channel = options.audio_bitrate_kbps_per_channel.value_or(settings.kbps_per_channel);
  return settings;
}

}  // namespace react1::planning
