// SPDX-License-Identifier: Apache-2.0
// The client's side: facts from the model's page and Sync Labs' guide to its modes, and the JSON that is sent and
// read.
#include "models/react1/react1.hpp"

#include <array>

#include <react1/error.hpp>

#include "core/enum_names.hpp"

namespace react1::models {
namespace {

constexpr std::array kTimings{
    TimingRule{LipsyncMode::cut_off, OutputLength::shorter_clip},
    TimingRule{LipsyncMode::loop, OutputLength::audio, /*has_seams=*/true},
    TimingRule{LipsyncMode::bounce, OutputLength::audio, /*has_seams=*/true},
    TimingRule{LipsyncMode::silence, OutputLength::longer_clip},
    TimingRule{LipsyncMode::remap, OutputLength::audio},
};

/// The other modes redraw the head.
constexpr std::array kKeepsHeadMotion{ModelMode::lips};

constexpr NumberRange kTemperature{0, 1};

constexpr std::string_view kVideoField = "video_url", kAudioField = "audio_url";

/// The enumerators' names are the words of the protocol.
const std::array<InputField, 6>& input_fields() {
  static const std::array<InputField, 6> fields{{{.name = kVideoField},
                                                 {.name = kAudioField},
                                                 {.name = "emotion", .words = enum_words<Emotion>()},
                                                 {.name = "model_mode", .words = enum_words<ModelMode>()},
                                                 {.name = "lipsync_mode", .words = enum_words<LipsyncMode>()},
                                                 {.name = "temperature", .range = kTemperature}}};
  return fields;
}

/// All six, always: defaults differ from provider to provider.
Json input_of(const Parameters& parameters, const std::string& video_url, const std::string& audio_url) {
  if (!(parameters.temperature >= kTemperature.least && parameters.temperature <= kTemperature.most)) {
    throw Error(ErrorCode::usage, "temperature", "must be a number from 0 to 1");
  }
  if (!parameters.more.empty()) {
    throw Error(ErrorCode::usage, parameters.more.begin()->first, "is not a parameter of React-1");
  }
  return {{kVideoField, video_url},
          {kAudioField, audio_url},
          {"emotion", to_string(parameters.emotion)},
          {"model_mode", to_string(parameters.model_mode)},
          {"lipsync_mode", to_string(parameters.lipsync_mode)},
          {"temperature", parameters.temperature}};
}

const Json* video_of(const Json& answer) {
  const auto video = answer.find("video");
  return video == answer.end() ? nullptr : &*video;
}

Model make_model() {
  return {.endpoint = "fal-ai/sync-lipsync/react-1",
          .name = "React-1",
          .rules = {.longest = 15,
                    .max_width = 4096,
                    .max_height = 2160,
                    .timings = kTimings,
                    .default_mode = LipsyncMode::bounce,
                    .keeps_head_motion = kKeepsHeadMotion,
                    .needs_emotion = true,
                    .usd_per_minute = 10},
          .video_field = kVideoField,
          .audio_field = kAudioField,
          .fields = input_fields(),
          .input = input_of,
          .video_in = video_of,
          .service = react1_service()};
}

}  // namespace

const Model& react1_model() {
  static const Model model = make_model();
  return model;
}

}  // namespace react1::models
