// SPDX-License-Identifier: Apache-2.0
// The document of plan and prepare.
#include <cmath>
#include <optional>

#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1::record {

namespace {

/// Levels to a hundredth of their unit; further digits are below the accuracy of the measurement.
Json rounded(const std::optional<double>& level) {
  return level ? Json(std::round(*level * 100) / 100) : Json(nullptr);
}

Json document(const TakeOffset& offset) {
  return {{"same_take", offset.same_take},
          {"audio_late_s", offset.audio_late_s ? json_seconds(*offset.audio_late_s) : Json(nullptr)},
          {"kept", offset.kept},
          {"silence_added_s", json_seconds(offset.silence_added_s)}};
}

Json document(const Speech& speech) {
  const bool found = speech.found();
  Json result{{"found", found},
              {"start_s", found ? json_seconds(speech.segments.front().start_s) : Json(nullptr)},
              {"end_s", found ? json_seconds(speech.segments.back().end_s) : Json(nullptr)},
              {"share", decimal(speech.share, /*places=*/6)}};
  result["segments"] = array_of(speech.segments, [](const SpeechSegment& segment) {
    return Json{{"start_s", json_seconds(segment.start_s)}, {"end_s", json_seconds(segment.end_s)}};
  });
  return result;
}

}  // namespace

Json document(const PreparedClip& clip) {
  const bool written = !clip.path.empty();
  Json result{
      {"path", json_text_or_null(clip.path)},
      {"action", to_string(clip.action)},
      {"reasons", clip.reasons},
      {"duration_s", json_seconds(clip.duration_s)},
      {"bytes", written ? Json(clip.bytes) : Json(nullptr)},
      {"sha256", json_text_or_null(clip.sha256)},
      {"source_window", {{"start_s", json_seconds(clip.window_start_s)}, {"end_s", json_seconds(clip.window_end_s)}}}};
  if (clip.video) {
    result["video"] = {{"frames", clip.video->frames},
                       {"fps", rate_or_null(clip.video->fps)},
                       {"width", clip.video->width},
                       {"height", clip.video->height},
                       {"codec", json_text_or_null(clip.video->codec)},
                       {"pix_fmt", json_text_or_null(clip.video->pix_fmt)}};
  }
  if (clip.audio) {
    result["audio"] = {{"samples", clip.audio->samples},
                       {"sample_rate", clip.audio->sample_rate},
                       {"channels", clip.audio->channels},
                       {"codec", json_text_or_null(clip.audio->codec)}};
  }
  if (clip.levels) {
    result["levels"] = {{"integrated_lufs", rounded(clip.levels->integrated_lufs)},
                        {"true_peak_dbtp", rounded(clip.levels->true_peak_dbtp)},
                        {"silence_share", rounded(clip.levels->silence_share)},
                        {"clipped_samples", number_or_null(clip.levels->clipped_samples)}};
  }
  result["measures"] = array_of(clip.measures, [](const DurationMeasure& measure) {
    return Json{{"name", measure.name}, {"duration_s", json_seconds(measure.duration_s)}};
  });
  return result;
}

Json document(const Conformed& conformed) {
  Json result{{"asked", to_string(conformed.asked)},
              {"done", to_string(conformed.done)},
              {"reasons", conformed.reasons},
              {"frames_before", conformed.frames_before},
              {"frames", conformed.frames}};
  result["seams_s"] = array_of(conformed.seams_s, [](const Seconds& seam) { return json_seconds(seam); });
  return result;
}

Json document(const Mismatch& mismatch) {
  return {{"video_s", json_seconds(mismatch.video_s)},
          {"audio_s", json_seconds(mismatch.audio_s)},
          {"delta_s", json_seconds(mismatch.delta_s)},
          {"ratio", decimal(mismatch.ratio, /*places=*/9)}};
}

Json document(const Prediction& prediction) {
  return {{"lipsync_mode", to_string(prediction.lipsync_mode)},
          {"duration_s", json_seconds(prediction.duration_s)},
          {"frames", prediction.frames},
          {"fps", rate_or_null(prediction.fps)},
          {"cost_usd", decimal(prediction.cost_usd, /*places=*/6)}};
}

Json document(const Advice& advice) {
  Json result{{"lipsync_mode", to_string(advice.lipsync_mode)},
              {"rule", advice.rule},
              {"reasons", advice.reasons},
              {"warnings", advice.warnings},
              {"hold", advice.hold}};
  result["seams_s"] = array_of(advice.seams_s, [](const Seconds& seam) { return json_seconds(seam); });
  result["alternatives"] =
      array_of(advice.alternatives, [](const Prediction& prediction) { return document(prediction); });
  return result;
}

namespace {

Json document_of(const Price& price) {
  return {{"usd_per_minute", decimal(price.usd_per_minute, /*places=*/6)},
          {"currency", "USD"},
          {"source", price.asked_at.empty() ? "recipe" : "account"},
          {"asked_at", json_text_or_null(price.asked_at)}};
}

}  // namespace

Json document(const Preparation& preparation) {
  Json result{{"schema", kSchema},
              {"video", document(preparation.video)},
              {"audio", document(preparation.audio)},
              {"conform", preparation.conform ? document(*preparation.conform) : Json(nullptr)},
              {"mismatch", document(preparation.mismatch)},
              {"advice", document(preparation.advice)},
              {"prediction", document(preparation.prediction)},
              {"price", document_of(preparation.price)},
              {"offset", document(preparation.offset)},
              {"speech", preparation.speech ? document(*preparation.speech) : Json(nullptr)}};
  result["warnings"] = array_of(preparation.warnings, [](const Warning& warning) {
    return Json{{"code", warning.code}, {"message", warning.message}};
  });
  return result;
}

}  // namespace react1::record
