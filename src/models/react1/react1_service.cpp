// SPDX-License-Identifier: Apache-2.0
// The service's side of the model, written independently of the client's side.
#include <algorithm>
#include <array>
#include <utility>

#include "models/react1/react1.hpp"

namespace react1::models {
namespace {

using Field = ServiceField;

constexpr std::array<std::string_view, 6> kEmotions{"happy", "sad", "angry", "disgusted", "surprised", "neutral"};
constexpr std::array<std::string_view, 3> kModelModes{"lips", "face", "head"};
constexpr std::array<std::string_view, 5> kLipsyncModes{"cut_off", "loop", "bounce", "silence", "remap"};
constexpr std::array kModes{LipsyncMode::cut_off, LipsyncMode::loop, LipsyncMode::bounce, LipsyncMode::silence,
                            LipsyncMode::remap};

constexpr std::array<Field, 6> kFields{
    {{.name = "video_url", .kind = Field::Kind::url, .role = Field::Role::video},
     {.name = "audio_url", .kind = Field::Kind::url, .role = Field::Role::audio},
     {.name = "emotion", .kind = Field::Kind::word, .words = kEmotions},
     {.name = "model_mode", .kind = Field::Kind::word, .words = kModelModes, .default_word = "face"},
     {.name = "lipsync_mode",
      .kind = Field::Kind::word,
      .role = Field::Role::timing,
      .words = kLipsyncModes,
      .default_word = "bounce"},
     {.name = "temperature", .kind = Field::Kind::number, .range = {0, 1}, .default_number = 0.5}}};

constexpr std::array<std::string_view, 3> kVideoFormats{"mp4", "mov", "webm"};
constexpr std::array<std::string_view, 6> kAudioFormats{"mp3", "wav", "ogg", "m4a", "aac", "flac"};

LipsyncMode mode_of(std::string_view word) {
  const auto* const found = std::find(kLipsyncModes.begin(), kLipsyncModes.end(), word);
  return kModes.at(static_cast<std::size_t>(found - kLipsyncModes.begin()));
}

Json answer_with(Json video) {
  return {{"video", std::move(video)}};
}

}  // namespace

const ServiceSide& react1_service() {
  // The 15 s are documented; the lower ends are this sandbox's choice. A peak of 0.001 is -60 dBFS.
  static const ServiceSide side{.schema_name = "SyncLipsyncReact1Input",
                                .fields = kFields,
                                .mode_of = mode_of,
                                .answer = answer_with,
                                .limits = {.longest = 15,
                                           .shortest_video = 1,
                                           .shortest_audio = Seconds(1, 2),
                                           .long_side = 4096,
                                           .short_side = 2160,
                                           .silent_peak = 0.001,
                                           .video_formats = kVideoFormats,
                                           .audio_formats = kAudioFormats},
                                .usd_per_minute = 10};
  return side;
}

}  // namespace react1::models
