// SPDX-License-Identifier: Apache-2.0
// Simulates the model: fetches both clips, checks them, renders the timing, describes the result.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "sandbox/protocol/judge.hpp"
#include "sandbox/render/render.hpp"
#include "sandbox/render/tiny_clip.hpp"
#include "sandbox/service/fetch.hpp"
#include "sandbox/service/service.hpp"

namespace react1::sandbox {
namespace {

Problem not_fetched(std::string_view field, const std::string& url, FetchFailure failure) {
  if (failure == FetchFailure::too_large) {
    return {
        {"body", std::string(field)}, "file_too_large", "The file is too large", Json{{"max_size", max_fetch}}, url};
  }
  return {{"body", std::string(field)},
          "file_download_error",
          "Failed to download the file. Please check if the URL is accessible and try again.",
          nullptr,
          url};
}

std::string in_words(const std::vector<Measure>& measures) {
  std::string words;
  for (const auto& measure : measures) {
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", measure.name, measure.seconds.to_decimal(6));
  }
  return words;
}

/// Removes a fetched copy at the end, in every case.
struct RemoveLater {
  std::filesystem::path path;
  ~RemoveLater() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

/// A file in fal's format, for any model.
Json describe(const RenderedFacts& facts, const std::string& url) {
  return {{"url", url},
          {"content_type", "video/mp4"},
          {"file_name", "output.mp4"},
          {"file_size", facts.bytes},
          {"width", facts.width},
          {"height", facts.height},
          {"fps", facts.fps.to_double()},
          {"duration", facts.duration_s.to_double()},
          {"num_frames", facts.frames}};
}

}  // namespace

Json Service::make_fixed_video() {
  const auto slot = storage_.reserve("output.mp4", "video/mp4");
  make_tiny_clip(slot.path.string());
  const auto facts =
      read_back(slot.path.string(), RunContext{.stop = {}, .observer = &silent_observer(), .job_id = {}});
  storage_.publish(slot);
  return describe(facts, slot.url);
}

Outcome Service::react(const std::string& id, const JobWish& wish, const JobQueue::Log& log, std::stop_token stop) {
  const ModelInput& input = wish.input;
  const ServiceSide& model = input.model->service;
  if (!renders_) {
    std::call_once(fixed_once_, [this] { fixed_video_ = make_fixed_video(); });
    log("rendering is off: the clips were not checked, the answer is a fixed clip");
    return {json_response(200, model.answer(fixed_video_)), {}, {}};
  }
  const RunContext context{.stop = std::move(stop), .observer = &silent_observer(), .job_id = id};
  log("timing only, no lip-sync");
  const RemoveLater video_copy{storage_.folder() / ("video-" + id)};
  const RemoveLater audio_copy{storage_.folder() / ("audio-" + id)};
  const auto video = fetch(input.video_url, storage_, reach_, video_copy.path, context);
  const auto audio = fetch(input.audio_url, storage_, reach_, audio_copy.path, context);
  const std::string_view video_field = field_of(*input.model, ServiceField::Role::video);
  const std::string_view audio_field = field_of(*input.model, ServiceField::Role::audio);
  std::vector<Problem> problems;
  if (video.failure) problems.push_back(not_fetched(video_field, input.video_url, *video.failure));
  if (audio.failure) problems.push_back(not_fetched(audio_field, input.audio_url, *audio.failure));
  if (!problems.empty()) return {problems_response(problems), {}, {}};

  auto picture = judge_video(video.path.string(), {video_field, input.video_url}, model.limits, context);
  log("video in seconds: " + in_words(picture.measures));
  auto voice = judge_audio(audio.path.string(), {audio_field, input.audio_url}, model.limits, context);
  log("audio in seconds: " + in_words(voice.measures));
  if (picture.problem) problems.push_back(std::move(*picture.problem));
  if (voice.problem) problems.push_back(std::move(*voice.problem));
  if (!problems.empty()) return {problems_response(problems), {}, {}};

  const auto slot = storage_.reserve("output.mp4", "video/mp4");
  render({.video = video.path.string(),
          .audio = audio.path.string(),
          .video_facts = std::move(picture.facts),
          .audio_facts = voice.facts,
          .mode = input.lipsync_mode,
          .output = slot.path.string(),
          .scratch = storage_.folder(),
          .twist = wish.twist},
         context);
  const auto facts = read_back(slot.path.string(), context);
  storage_.publish(slot);
  storage_.set_lifetime(slot.id, wish.media_lifetime);
  log(fmt::format("rendered {} frames, {} s", facts.frames, facts.duration_s.to_decimal(6)));
  return {json_response(200, model.answer(describe(facts, slot.url))), {}, {}};
}

}  // namespace react1::sandbox
