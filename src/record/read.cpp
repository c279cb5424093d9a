// SPDX-License-Identifier: Apache-2.0
// Documents back into values: for `verify --expect` and for a job that continues after a restart.
#include <fmt/format.h>

#include <stdexcept>

#include "core/json_text.hpp"
#include "record/documents.hpp"
#include "record/node.hpp"

namespace react1::record {
namespace {

/// The exact quantity when it reads like the document's nine decimals, else what the document says.
template <class Compute>
Rational exact_or_written(Compute compute, const Node& written) {
  constexpr int kPlaces = 9;
  const Rational value = written.decimal();
  try {
    const Rational exact = compute();
    return exact.to_decimal(kPlaces) == value.to_decimal(kPlaces) ? exact : value;
  } catch (const std::overflow_error&) {  // counts and rates of a document that nobody measured
    return value;
  }
}

SoundLevels read_levels(const Node& node) {
  const auto level = [&](const char* name) -> std::optional<double> {
    const auto found = node.find(name);
    return found ? std::optional(found->real()) : std::nullopt;
  };
  SoundLevels levels;
  levels.integrated_lufs = level("integrated_lufs");
  levels.true_peak_dbtp = level("true_peak_dbtp");
  levels.silence_share = level("silence_share");
  if (const auto clipped = node.find("clipped_samples")) levels.clipped_samples = clipped->integer();
  return levels;
}

TakeOffset read_offset(const Node& node) {
  TakeOffset offset;
  offset.same_take = node.at("same_take").flag();
  if (const auto late = node.find("audio_late_s")) offset.audio_late_s = late->decimal();
  offset.kept = node.at("kept").flag();
  offset.silence_added_s = node.at("silence_added_s").decimal();
  return offset;
}

Speech read_speech(const Node& node) {
  Speech speech;
  speech.share = node.at("share").decimal();
  for (const Node& segment : node.at("segments").items()) {
    speech.segments.push_back({segment.at("start_s").decimal(), segment.at("end_s").decimal()});
  }
  return speech;
}

PreparedClip read_clip(const Node& node) {
  PreparedClip clip;
  clip.path = node.at("path").text_or_empty();
  clip.action = node.at("action").word<ClipAction>();
  clip.reasons = node.at("reasons").texts();
  clip.duration_s = node.at("duration_s").decimal();
  if (const auto bytes = node.find("bytes")) clip.bytes = bytes->integer();
  clip.sha256 = node.at("sha256").text_or_empty();
  clip.window_start_s = node.at("source_window").at("start_s").decimal();
  clip.window_end_s = node.at("source_window").at("end_s").decimal();
  if (const auto video = node.find("video")) {
    clip.video = PreparedClip::Video{video->at("frames").integer(),      video->at("fps").rate(),
                                     video->at("width").small_integer(), video->at("height").small_integer(),
                                     video->at("codec").text_or_empty(), video->at("pix_fmt").text_or_empty()};
    if (clip.video->fps > 0) {
      clip.duration_s = exact_or_written([&] { return clip.video->frames / clip.video->fps; }, node.at("duration_s"));
    }
  }
  if (const auto audio = node.find("audio")) {
    clip.audio = PreparedClip::Audio{audio->at("samples").integer(), audio->at("sample_rate").small_integer(),
                                     audio->at("channels").small_integer(), audio->at("codec").text_or_empty()};
    if (clip.audio->sample_rate > 0) {
      clip.duration_s = exact_or_written([&] { return Rational(clip.audio->samples, clip.audio->sample_rate); },
                                         node.at("duration_s"));
    }
  }
  if (const auto levels = node.find("levels")) clip.levels = read_levels(*levels);
  if (const auto measures = node.find("measures")) {
    for (const Node& measure : measures->items()) {
      clip.measures.push_back({measure.at("name").text(), measure.at("duration_s").decimal()});
    }
  }
  return clip;
}

Conformed read_conformed(const Node& node) {
  using enum Conform;
  Conformed conformed;
  conformed.asked = node.at("asked").word<Conform>();
  conformed.done = node.at("done").word({off, cut, hold, bounce, remap});
  conformed.reasons = node.at("reasons").texts();
  conformed.frames_before = node.at("frames_before").integer();
  conformed.frames = node.at("frames").integer();
  for (const Node& seam : node.at("seams_s").items()) conformed.seams_s.push_back(seam.decimal());
  return conformed;
}

LipsyncMode read_mode(const Node& node) {
  return node.word<LipsyncMode>();
}

Prediction read_prediction(const Node& node) {
  Prediction prediction;
  prediction.lipsync_mode = read_mode(node.at("lipsync_mode"));
  prediction.duration_s = node.at("duration_s").decimal();
  prediction.frames = node.at("frames").integer();
  if (const auto fps = node.find("fps")) prediction.fps = fps->rate();
  prediction.cost_usd = node.at("cost_usd").decimal();
  return prediction;
}

Advice read_advice(const Node& node) {
  Advice advice;
  advice.lipsync_mode = read_mode(node.at("lipsync_mode"));
  advice.rule = node.at("rule").text();
  advice.reasons = node.at("reasons").texts();
  if (const auto warnings = node.find("warnings")) advice.warnings = warnings->texts();
  advice.hold = node.at("hold").flag();
  if (const auto seams = node.find("seams_s")) {
    for (const Node& seam : seams->items()) advice.seams_s.push_back(seam.decimal());
  }
  for (const Node& item : node.at("alternatives").items()) advice.alternatives.push_back(read_prediction(item));
  return advice;
}

/// From the clips' exact lengths where the document agrees with them.
Mismatch read_mismatch(const Node& node, const PreparedClip& video, const PreparedClip& audio) {
  Mismatch mismatch;
  mismatch.video_s = exact_or_written([&] { return video.duration_s; }, node.at("video_s"));
  mismatch.audio_s = exact_or_written([&] { return audio.duration_s; }, node.at("audio_s"));
  mismatch.delta_s = exact_or_written([&] { return mismatch.audio_s - mismatch.video_s; }, node.at("delta_s"));
  if (mismatch.video_s > 0) {
    mismatch.ratio = exact_or_written([&] { return mismatch.audio_s / mismatch.video_s; }, node.at("ratio"));
  } else {
    mismatch.ratio = node.at("ratio").decimal();
  }
  return mismatch;
}

}  // namespace

std::vector<Warning> read_warnings(const Node& node) {
  std::vector<Warning> warnings;
  for (const Node& item : node.items()) warnings.push_back({item.at("code").text(), item.at("message").text()});
  return warnings;
}

void require_known_schema(const Node& node) {
  const auto schema = node.find("schema");
  if (!schema || schema->integer() == kSchema) return;
  schema->fail(fmt::format("{} (the newest that this react1 reads)", kSchema));
}

Preparation read_preparation(const Node& node) {
  require_known_schema(node);
  Preparation preparation;
  preparation.video = read_clip(node.at("video"));
  preparation.audio = read_clip(node.at("audio"));
  if (const auto conform = node.find("conform")) preparation.conform = read_conformed(*conform);
  preparation.mismatch = read_mismatch(node.at("mismatch"), preparation.video, preparation.audio);
  preparation.advice = read_advice(node.at("advice"));
  preparation.prediction = read_prediction(node.at("prediction"));
  if (const auto price = node.find("price")) {
    preparation.price = {price->at("usd_per_minute").decimal(), price->at("asked_at").text_or_empty()};
  }
  if (const auto offset = node.find("offset")) preparation.offset = read_offset(*offset);
  if (const auto speech = node.find("speech")) preparation.speech = read_speech(*speech);
  if (const auto warnings = node.find("warnings")) preparation.warnings = read_warnings(*warnings);
  return preparation;
}

Parameters read_parameters(const Node& node) {
  using enum Emotion;
  Parameters parameters;
  parameters.emotion = node.at("emotion").word<Emotion>();
  parameters.model_mode = node.at("model_mode").word<ModelMode>();
  parameters.lipsync_mode = read_mode(node.at("lipsync_mode"));
  parameters.temperature = node.at("temperature").real();
  if (const auto more = node.find("more")) {
    for (const Node& each : more->items()) parameters.more[each.at("name").text()] = each.at("value").text();
  }
  return parameters;
}

Preparation preparation_from_json(const Json& document, const std::string& where, ErrorCode on_failure) {
  return read_preparation({document, where, on_failure});
}

Parameters parameters_from_json(const Json& document, const std::string& where, ErrorCode on_failure) {
  return read_parameters({document, where, on_failure});
}

Expected expected_from_json(const Json& document, const std::string& where) {
  const Node root(document, where, ErrorCode::usage);
  Expected expected;
  if (!document.is_object() || (!document.contains("prepare") && !document.contains("prediction"))) {
    throw Error(ErrorCode::usage, where, "is neither the record of a run nor of a preparation",
                {.hint = "--expect takes OUT.mp4.json of `react1 run`, or prepare.json of `react1 prepare`"});
  }
  if (!document.contains("prepare")) {
    expected.preparation = read_preparation(root);
    return expected;
  }
  require_known_schema(root);
  const auto prepare = root.find("prepare");
  if (!prepare) {
    throw Error(ErrorCode::usage, where, "holds no preparation to compare with",
                {.detail = "the request was submitted by another program",
                 .hint = "leave --expect out to check the file by itself"});
  }
  expected.preparation = read_preparation(*prepare);
  if (const auto sandbox = root.find("sandbox")) expected.sandbox = sandbox->flag();
  if (const auto response = root.find("response")) {
    expected.response_json = json_text(response->json(), /*indent=*/-1);
  }
  return expected;
}

}  // namespace react1::record
