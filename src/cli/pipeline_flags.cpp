#include "cli/pipeline_flags.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "cli/flags.hpp"

namespace react1::cli {
namespace {

constexpr const char* kClips = "Which part of the clips";
constexpr const char* kModel = "Model parameters";

void add_window(CLI::App& command, const std::string& prefix, PipelineFlags::Window& window, const std::string& whose) {
  add_value(command, "--" + prefix + "start", window.start, "Start of " + whose + " (seconds or [h:]m:s)")
      ->group(kClips)
      ->option_text("TIME");
  add_value(command, "--" + prefix + "duration", window.duration, "Length of " + whose)
      ->group(kClips)
      ->option_text("TIME");
  add_value(command, "--" + prefix + "end", window.end, "End of " + whose)->group(kClips)->option_text("TIME");
}

double parse_temperature(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || stopped != end || !(value >= 0 && value <= 1)) {  // nan fails both comparisons
    throw Error(ErrorCode::usage, "--temperature", fmt::format("\"{}\" is not a number from 0 to 1", text));
  }
  return value;
}

/// What the flags say about one clip, over what the recipe says. A new end replaces the recipe's length and the other
/// way round: the three together would contradict each other.
void lay_over(WindowOptions& window, const PipelineFlags::Window& own, const PipelineFlags::Window& both,
              const std::string& prefix) {
  const auto time = [&](const std::optional<std::string>& mine, const std::optional<std::string>& common,
                        const std::string& name) -> std::optional<Seconds> {
    if (mine) return value_of("--" + prefix + name, *mine, parse_time);
    if (common) return value_of("--" + name, *common, parse_time);
    return std::nullopt;
  };
  const auto start = time(own.start, both.start, "start");
  const auto duration = time(own.duration, both.duration, "duration");
  const auto end = time(own.end, both.end, "end");
  if (start) window.start = start;
  if (duration || end) {
    window.duration = duration;
    window.end = end;
  }
}

void lay_over(RequestedParameters& parameters, const PipelineFlags& flags) {
  if (flags.emotion) parameters.emotion = value_of("--emotion", *flags.emotion, parse_emotion);
  if (flags.model_mode) parameters.model_mode = value_of("--model-mode", *flags.model_mode, parse_model_mode);
  if (flags.lipsync_mode) {
    parameters.lipsync_mode.reset();
    if (*flags.lipsync_mode != "auto") {
      parameters.lipsync_mode = value_of("--lipsync-mode", *flags.lipsync_mode, parse_lipsync_mode);
    }
  }
  if (flags.temperature) parameters.temperature = parse_temperature(*flags.temperature);
}

}  // namespace

Seconds parse_time(const std::string& text) {
  constexpr int kBase = 60;
  const auto bad = [&]() -> Error {
    return {ErrorCode::usage,
            "time",
            fmt::format("\"{}\" is not a time", text),
            {.hint = "seconds as in 14.5, or [hours:]minutes:seconds as in 1:02.5"}};
  };
  std::vector<std::string> parts;
  for (std::size_t begin = 0, colon = 0; colon != std::string::npos; begin = colon + 1) {
    colon = text.find(':', begin);
    parts.push_back(text.substr(begin, colon == std::string::npos ? colon : colon - begin));
  }
  if (parts.size() > 3) throw bad();
  try {
    Seconds total = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Rational part = Rational::parse(parts[i]);
      const bool is_last = i + 1 == parts.size();
      if ((!is_last && part.den() != 1) || (parts.size() > 1 && part < 0) || (i > 0 && part >= kBase)) throw bad();
      total = total * kBase + part;
    }
    return total;
  } catch (const std::logic_error&) {  // not a number
    throw bad();
  } catch (const std::overflow_error&) {
    throw bad();
  }
}

void add_pipeline_flags(CLI::App& command, PipelineFlags& flags) {
  command.add_option("--pipeline", flags.pipeline, "Recipe, by name or path; flags override it")
      ->capture_default_str()
      ->option_text("NAME|PATH");
  add_window(command, "", flags.both, "both clips");
  add_window(command, "video-", flags.video, "the video clip");
  add_window(command, "audio-", flags.audio, "the audio clip");
  add_value(command, "--fps", flags.fps, "recommended: nearest of 24, 25, 30 and their NTSC twins (default); keep")
      ->group(kClips)
      ->option_text("POLICY");
  add_value(command, "--reencode", flags.reencode,
            "auto: only what can't be copied (default); always; never: refuse it")
      ->group(kClips)
      ->option_text("POLICY");
  add_value(command, "--goal", flags.goal,
            "What counts when the clips differ in length: speech (default), picture, both")
      ->group(kModel)
      ->option_text("GOAL");
  add_value(command, "--emotion", flags.emotion, "happy, angry, sad, neutral, disgusted or surprised")
      ->group(kModel)
      ->option_text("E");
  add_value(command, "--model-mode", flags.model_mode, "lips, face (default) or head")->group(kModel)->option_text("M");
  add_value(command, "--lipsync-mode", flags.lipsync_mode,
            "auto: as advised (default), cut_off, loop, bounce, silence or remap")
      ->group(kModel)
      ->option_text("M");
  add_value(command, "--temperature", flags.temperature, "0 to 1 (default 0.5)")->group(kModel)->option_text("T");
  add_limit_flags(command, flags.limits);
}

void add_again_flag(CLI::App& command, PipelineFlags& flags) {
  command.add_flag("--again", flags.again, "Pay a second time although the same clips and parameters were paid before");
}

PipelineOptions resolve(const PipelineFlags& flags) {
  PipelineOptions options = load_recipe(flags.pipeline);
  lay_over(options.prepare.video_window, flags.video, flags.both, "video-");
  lay_over(options.prepare.audio_window, flags.audio, flags.both, "audio-");
  if (flags.fps) options.prepare.fps = value_of("--fps", *flags.fps, parse_fps_policy);
  if (flags.reencode) options.prepare.reencode = value_of("--reencode", *flags.reencode, parse_reencode_policy);
  if (flags.goal) options.advice.goal = value_of("--goal", *flags.goal, parse_goal);
  lay_over(options.parameters, flags);
  lay_over(options.prepare.source, flags.limits);
  options.again = flags.again;
  // The recipe was checked while it was read, so what is wrong now came with the flags.
  if (auto problems = options.validate(); !problems.empty()) {
    for (std::string& problem : problems) {
      if (constexpr std::string_view kField = "prepare."; problem.starts_with(kField)) problem.erase(0, kField.size());
    }
    throw Error(ErrorCode::usage, "flags", fmt::format("{}", fmt::join(problems, "; ")));
  }
  return options;
}

PipelineOptions resolve_for_submit(const PipelineFlags& flags) {
  PipelineOptions options = resolve(flags);
  if (!options.parameters.emotion) {
    throw Error(ErrorCode::usage, "--emotion", "is required",
                {.hint = "one of happy, angry, sad, neutral, disgusted, surprised"});
  }
  return options;
}

}  // namespace react1::cli
