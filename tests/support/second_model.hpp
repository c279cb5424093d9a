// SPDX-License-Identifier: Apache-2.0
// A model that does not exist: other names, words, limits, price and result than React-1's. It shows that nothing
// outside src/models is about one model only.
#pragma once

#include <algorithm>
#include <array>
#include <react1/error.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "core/model.hpp"

namespace react1::test {

/// It repeats what is short and has neither bounce nor remap; only the mouth is redrawn.
inline const Model& second_model() {
  using Field = ServiceField;
  static constexpr std::array<std::string_view, 3> kWords{"trim", "again", "hold"};
  static constexpr std::array kModes{LipsyncMode::cut_off, LipsyncMode::loop, LipsyncMode::silence};
  static constexpr std::array kTimings{TimingRule{LipsyncMode::cut_off, OutputLength::shorter_clip},
                                       TimingRule{LipsyncMode::loop, OutputLength::audio, /*has_seams=*/true},
                                       TimingRule{LipsyncMode::silence, OutputLength::longer_clip}};
  static constexpr std::array kMouthOnly{ModelMode::lips, ModelMode::face, ModelMode::head};
  static constexpr std::array<InputField, 4> kSent{{{.name = "source"},
                                                    {.name = "speech"},
                                                    {.name = "when_lengths_differ", .words = kWords},
                                                    {.name = "guidance", .range = NumberRange{1, 3}}}};
  static constexpr std::array<Field, 4> kServed{
      {{.name = "source", .kind = Field::Kind::url, .role = Field::Role::video},
       {.name = "speech", .kind = Field::Kind::url, .role = Field::Role::audio},
       {.name = "when_lengths_differ", .kind = Field::Kind::word, .role = Field::Role::timing, .words = kWords},
       {.name = "guidance", .kind = Field::Kind::number, .range = {1, 3}, .default_number = 2}}};
  static constexpr std::array<std::string_view, 1> kVideoFormats{"mp4"};
  static constexpr std::array<std::string_view, 2> kAudioFormats{"mp3", "wav"};

  const auto input = [](const Parameters& parameters, const std::string& video_url, const std::string& audio_url) {
    const auto mode = std::find(kModes.begin(), kModes.end(), parameters.lipsync_mode);
    if (mode == kModes.end()) throw Error(ErrorCode::usage, "lipsync_mode", "is not offered");
    Json sent{{"source", video_url},
              {"speech", audio_url},
              {"when_lengths_differ", kWords.at(static_cast<std::size_t>(mode - kModes.begin()))}};
    double guidance = 2;
    for (const auto& [name, value] : parameters.more) {
      if (name != "guidance") throw Error(ErrorCode::usage, name, "is no parameter of the second model");
      guidance = Rational::parse(value).to_double();
    }
    sent["guidance"] = guidance;
    return sent;
  };
  const auto video_in = [](const Json& answer) -> const Json* {
    const Json::json_pointer place("/output/clips/0");
    return answer.contains(place) ? &answer.at(place) : nullptr;
  };
  const auto mode_of = [](std::string_view word) {
    const auto found = std::find(kWords.begin(), kWords.end(), word);
    return kModes.at(static_cast<std::size_t>(found - kWords.begin()));
  };
  const auto answer = [](Json video) {
    Json result;
    result["output"]["clips"].push_back(std::move(video));
    return result;
  };
  static const Model model{.endpoint = "acme/mouth/turbo",
                           .name = "Mouth",
                           .rules = {.longest = 30,
                                     .max_width = 1280,
                                     .max_height = 720,
                                     .timings = kTimings,
                                     .default_mode = LipsyncMode::cut_off,
                                     .keeps_head_motion = kMouthOnly,
                                     .needs_emotion = false,
                                     .usd_per_minute = 3},
                           .video_field = "source",
                           .audio_field = "speech",
                           .fields = kSent,
                           .input = input,
                           .video_in = video_in,
                           .service = {.schema_name = "MouthInput",
                                       .fields = kServed,
                                       .mode_of = mode_of,
                                       .answer = answer,
                                       .limits = {.longest = 30,
                                                  .shortest_video = 1,
                                                  .shortest_audio = 1,
                                                  .long_side = 1280,
                                                  .short_side = 720,
                                                  .silent_peak = 0.001,
                                                  .video_formats = kVideoFormats,
                                                  .audio_formats = kAudioFormats},
                                       .usd_per_minute = 3}};
  return model;
}

}  // namespace react1::test
