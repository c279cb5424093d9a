#include "stages/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/json.hpp>
#include <system_error>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/redact.hpp"
#include "media/make_clip.hpp"
#include "media/motion.hpp"
#include "media/video_packets.hpp"
#include "media/voice_activity.hpp"
#include "plan/encode_plan.hpp"
#include "stages/conform.hpp"
#include "stages/side_by_side.hpp"

namespace react1::stages {
namespace fs = std::filesystem;
namespace {

/// What is known before any clip is made.
struct Planned {
  MediaInfo video_info, audio_info;
  VideoPlan video;
  AudioPlan audio;
  std::optional<Conformed> conformed;
  std::vector<Warning> warnings;
};

/// Where voice and motion are looked for: the made clips, or the windows of the sources.
struct Look {
  std::string video, audio;
  int video_stream = 0, audio_stream = 0;
  Seconds video_start_s, audio_start_s;
};

void require_valid(const PipelineOptions& options) {
  const std::vector<std::string> problems = options.validate();
  if (!problems.empty()) throw Error(ErrorCode::usage, "options", fmt::format("{}", fmt::join(problems, "; ")));
}

/// The file's own findings, told apart by which clip they are about.
void add_warnings(std::vector<Warning>& all, const MediaInfo& info, std::string_view clip) {
  for (const Warning& warning : info.warnings) {
    all.push_back({warning.code, fmt::format("{}: {}", clip, warning.message)});
  }
}

/// Missing colour tags are told once: what is done about them says more than that they are missing.
void say_once(std::vector<Warning>& warnings) {
  const bool said = std::any_of(warnings.begin(), warnings.end(),
                                [](const Warning& warning) { return warning.code == "color_untagged"; });
  if (said) std::erase_if(warnings, [](const Warning& warning) { return warning.code == "untagged_color"; });
}

/// Everything about the video, which may have to be fitted to a voice that lasts `voice_s`.
void plan_picture(Planned& planned, const std::string& video, const std::string& audio, const Seconds& voice_s,
                  const PipelineOptions& options, const RunContext& context) {
  const MediaInfo& info = planned.video_info;
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  planned.video = planning::lay_out_video(info, options.prepare, planned.warnings);
  planned.conformed =
      conform_video(planned.video, {video, audio, planned.audio, voice_s, options}, planned.warnings, quiet);
  planning::choose_action(planned.video, info, options.prepare);
  if (planned.video.action == ClipAction::cut) {
    const media::Copyable copyable =
        media::find_closed_prefix(video, info, planned.video, options.prepare.source, quiet);
    planning::settle_cut(planned.video, copyable.frames, copyable.obstacle, options.prepare, info.path);
  }
  planning::warn_of_video(planned.video, info, planned.warnings);
}

/// A copy of the voice that proved too long was encoded instead, with fewer samples than the video was fitted to.
bool fits_no_more(const Planned& planned, const Seconds& voice_s, const PipelineOptions& options) {
  if (!planned.conformed || planned.conformed->done == Conform::off) return false;
  return frames_needed(voice_s, planned.video.fps, options) != planned.video.frames;
}

Planned plan_sources(const std::string& video, const std::string& audio, const PipelineOptions& options,
                     const RunContext& context) {
  require_valid(options);
  context.observer->on_stage(Stage::probe);
  auto [video_info, audio_info] = side_by_side(
      context, [&](const RunContext& here) { return probe(video, options.prepare.source, here); },
      [&](const RunContext& there) { return probe(audio, options.prepare.source, there); });
  context.observer->on_stage(Stage::plan);
  Planned planned;
  add_warnings(planned.warnings, video_info, "video");
  add_warnings(planned.warnings, audio_info, "audio");
  planned.video_info = std::move(video_info);
  planned.audio_info = std::move(audio_info);
  planned.audio = planning::plan_audio(planned.audio_info, options.prepare, planned.warnings);
  plan_picture(planned, video, audio, Rational(planned.audio.samples, planned.audio.sample_rate), options, context);
  say_once(planned.warnings);
  return planned;
}

PreparedClip describe(const VideoPlan& plan, const MediaInfo& info) {
  PreparedClip clip;
  clip.action = plan.action;
  clip.reasons = plan.reasons;
  clip.duration_s = Rational(plan.frames) / plan.fps;
  clip.window_start_s = plan.start_s;
  clip.window_end_s = plan.end_s;
  const bool copied = plan.action != ClipAction::transcode;
  clip.video = PreparedClip::Video{plan.frames, plan.fps, plan.width,
                                   plan.height, "h264",   copied && info.video ? info.video->pix_fmt : "yuv420p"};
  return clip;
}

PreparedClip describe(const AudioPlan& plan) {
  PreparedClip clip;
  clip.action = plan.action;
  clip.reasons = plan.reasons;
  clip.duration_s = Rational(plan.samples, plan.sample_rate);
  clip.window_start_s = plan.start_s;
  clip.window_end_s = plan.end_s;
  clip.audio = PreparedClip::Audio{plan.samples, plan.sample_rate, plan.channels, "mp3"};
  return clip;
}

/// Fills mismatch, advice and prediction from the two clips of `preparation`.
void advise_on(Preparation& preparation, const Look& look, const PipelineOptions& options, const RunContext& context) {
  const PreparedClip::Video& video = preparation.video.video.value();
  preparation.mismatch = measure_mismatch(preparation.video.duration_s, preparation.audio.duration_s);

  ClipFacts facts;
  facts.video_s = preparation.video.duration_s;
  facts.audio_s = preparation.audio.duration_s;
  facts.fps = video.fps;
  facts.frames = video.frames;
  facts.sample_rate = preparation.audio.audio.value().sample_rate;
  const media::VoiceActivity voice =
      media::analyze_voice(look.audio, look.audio_stream, look.audio_start_s, look.audio_start_s + facts.audio_s,
                           options.advice.voice_gate_dbfs, options.prepare.source, context);
  facts.voice_found = voice.found;
  if (voice.found) facts.voice_end_s = voice.last_end_s;
  if (advice_needs_motion(facts, options.advice)) {
    const media::Motion motion =
        media::analyze_motion(look.video, look.video_stream, look.video_start_s, look.video_start_s + facts.video_s,
                              options.advice, options.prepare.source, context);
    facts.is_static = motion.is_static;
    facts.loopable = motion.loopable;
  }
  preparation.advice = advise(facts, options.parameters.model_mode, options.advice, options.price);
  preparation.prediction = predict(facts, chosen_mode(options.parameters, preparation.advice), options.price);
}

void report(const Preparation& preparation, const RunContext& context) {
  for (const Warning& warning : preparation.warnings) {
    context.observer->on_note({Note::Level::warning, warning.code, warning.message});
  }
  for (const std::string& warning : preparation.advice.warnings) {
    context.observer->on_note({Note::Level::warning, "advice", warning});
  }
}

}  // namespace

LipsyncMode chosen_mode(const RequestedParameters& requested, const Advice& advice) {
  return requested.lipsync_mode.value_or(advice.lipsync_mode);
}

Preparation plan_clips(const std::string& video, const std::string& audio, const PipelineOptions& options,
                       const RunContext& context) {
  const Planned planned = plan_sources(video, audio, options, context);
  Preparation preparation;
  preparation.video = describe(planned.video, planned.video_info);
  preparation.audio = describe(planned.audio);
  preparation.conform = planned.conformed;
  preparation.warnings = planned.warnings;
  advise_on(preparation,
            {video, audio, planned.video.stream_index, planned.audio.stream_index, planned.video.start_s,
             planned.audio.start_s},
            options, context);
  report(preparation, context);
  return preparation;
}

Preparation make_clips(const std::string& video, const std::string& audio, const fs::path& directory,
                       const PipelineOptions& options, const RunContext& context) {
  Planned planned = plan_sources(video, audio, options, context);
  context.observer->on_stage(Stage::prepare);
  const Seconds limit = options.prepare.max_duration_s;
  Preparation preparation;
  const auto make_picture = [&](const RunContext& here) {
    return media::make_video(video, planned.video_info, planned.video, directory / "video.mp4", limit,
                             options.prepare.source, here);
  };
  std::tie(preparation.video, preparation.audio) = side_by_side(context, make_picture, [&](const RunContext& there) {
    return media::make_audio(audio, planned.audio_info, planned.audio, directory / "audio.mp3", limit,
                             options.prepare.source, there);
  });
  if (fits_no_more(planned, preparation.audio.duration_s, options)) {
    const std::vector<Warning> said = planned.warnings;
    plan_picture(planned, video, audio, preparation.audio.duration_s, options, context);
    planned.warnings = said;  // the same again
    preparation.video = make_picture(context);
  }
  preparation.conform = planned.conformed;
  preparation.warnings = planned.warnings;
  advise_on(
      preparation,
      {preparation.video.path, preparation.audio.path, /*video_stream=*/0, /*audio_stream=*/0, Seconds(0), Seconds(0)},
      options, context);
  report(preparation, context);
  return preparation;
}

}  // namespace react1::stages

namespace react1 {
namespace {

/// A folder that exists and can be written to, before any work is done.
void require_folder(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error || !std::filesystem::is_directory(directory)) {
    throw Error(ErrorCode::io, directory.string(), "can't be used as the output folder",
                {.detail = error ? error.message() : "it is not a folder"});
  }
}

/// Same file system, so the rename is atomic. Returns the new path.
std::string move_into(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const std::filesystem::path target = folder / file.filename();
  std::error_code error;
  std::filesystem::rename(file, target, error);
  if (error) {
    throw Error(ErrorCode::io, target.string(), "can't move the finished clip here", {.detail = error.message()});
  }
  return target.string();
}

/// Preparing into the folder of an input would replace it when it has the name of a clip.
void require_not_an_input(const std::filesystem::path& output, const std::string& input) {
  std::error_code error;
  if (!is_http_url(input) && std::filesystem::equivalent(output, input, error)) {
    throw Error(ErrorCode::usage, output.string(), "the output would replace an input",
                {.hint = "choose another output folder"});
  }
}

}  // namespace

Preparation plan(const std::string& video, const std::string& audio, const PipelineOptions& options,
                 const RunContext& context) {
  return stages::plan_clips(video, audio, options, context);
}

Preparation prepare(const std::string& video, const std::string& audio, const std::string& directory,
                    const PipelineOptions& options, const RunContext& context) {
  const std::filesystem::path folder(directory);
  require_folder(folder);
  for (const char* name : {"video.mp4", "audio.mp3", "prepare.json"}) {
    require_not_an_input(folder / name, video);
    require_not_an_input(folder / name, audio);
  }
  AtomicFile document(folder / "prepare.json");  // an unwritable folder is known before any work
  // Made in a folder of their own, so that a failure of one leaves neither under its final name.
  const TemporaryDirectory workshop(folder);
  Preparation preparation = stages::make_clips(video, audio, workshop.path(), options, context);
  preparation.video.path = move_into(folder, preparation.video.path);
  preparation.audio.path = move_into(folder, preparation.audio.path);
  document.write(to_json(preparation) + "\n");
  document.commit();
  return preparation;
}

}  // namespace react1
