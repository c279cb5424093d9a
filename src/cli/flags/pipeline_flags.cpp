// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/pipeline_flags.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "cli/flags/flags.hpp"
#include "core/number.hpp"

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

double parse_number(const char* flag, const std::string& text, double low, double high) {
  const auto value = read_number<double>(text);
  if (!value || !(*value >= low && *value <= high)) {  // nan fails both comparisons
    throw Error(ErrorCode::usage, flag, fmt::format("\"{}\" is not a number from {} to {}", text, low, high));
  }
  return *value;
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

bool is_set(const PipelineFlags::Window& window) {
  return window.start || window.duration || window.end;
}

/// START-END: the same window of both clips.
void take_range(PrepareOptions& prepare, const std::string& text, const PipelineFlags& flags) {
  if (is_set(flags.both) || is_set(flags.video) || is_set(flags.audio)) {
    throw Error(
        ErrorCode::usage, "--window",
        fmt::format("\"{}\" already says where both windows start and end; other flags name them as well", text),
        {.hint = "leave out either --window or the --start, --duration and --end flags"});
  }
  const std::size_t dash = text.find('-');
  WindowOptions window;
  window.start = value_of("--window", text.substr(0, dash), parse_time);
  window.end = value_of("--window", text.substr(dash + 1), parse_time);
  prepare.video_window = prepare.audio_window = window;
}

void lay_over_window(PrepareOptions& prepare, const PipelineFlags& flags) {
  if (flags.same_take && (is_set(flags.video) || is_set(flags.audio))) {
    throw Error(ErrorCode::usage, "--same-take", "takes one window for both clips, but a clip is given its own",
                {.hint = "use --start, --duration and --end, which count from the first frame"});
  }
  lay_over(prepare.video_window, flags.video, flags.both, "video-");
  lay_over(prepare.audio_window, flags.audio, flags.both, "audio-");
  if (flags.same_take) prepare.same_take = true;
  if (!flags.window) return;
  const std::string& text = *flags.window;
  const bool is_range = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (is_range && text.find('-') == std::string::npos) {
    throw Error(ErrorCode::usage, "--window", fmt::format("\"{}\" has a start but no end", text),
                {.hint = "START-END as in 3.5-12 or 1:02-1:15; or head, or speech"});
  }
  prepare.window = is_range ? WindowChoice::head : value_of("--window", text, parse_window_choice);
  if (is_range) take_range(prepare, text, flags);
}

void lay_over_sound(PrepareOptions& prepare, const PipelineFlags& flags) {
  if (flags.cut) prepare.cut.policy = value_of("--cut", *flags.cut, parse_cut_policy);
  if (flags.cut_lookback) prepare.cut.lookback_s = value_of("--cut-lookback", *flags.cut_lookback, parse_time);
  if (flags.cut_fade) prepare.cut.fade_s = value_of("--cut-fade", *flags.cut_fade, parse_time);
  if (!flags.loudness) return;
  prepare.loudness_lufs.reset();
  if (*flags.loudness != "off") prepare.loudness_lufs = parse_number("--loudness", *flags.loudness, -70, -5);
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
  if (flags.temperature) parameters.temperature = parse_number("--temperature", *flags.temperature, 0, 1);
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
  add_value(command, "--window", flags.window,
            "head: from the start (default); speech: where the audio has most voice; START-END: of both clips")
      ->group(kClips)
      ->option_text("WHICH");
  add_value(command, "--cut", flags.cut,
            "Where longer audio ends. auto: at a pause where the limit decides (default); pause; exact")
      ->group(kClips)
      ->option_text("HOW");
  add_value(command, "--cut-lookback", flags.cut_lookback,
            "How far before the end a pause may lie (default 3); without one the cut is exact")
      ->group(kClips)
      ->option_text("TIME");
  add_value(command, "--cut-fade", flags.cut_fade, "Fade where a cut falls into sound (default 0.01; 0: none)")
      ->group(kClips)
      ->option_text("TIME");
  command
      .add_flag("--same-take", flags.same_take,
                "VIDEO and AUDIO belong together: cut both at the same instants, keep their offset")
      ->group(kClips);
  add_value(command, "--loudness", flags.loudness,
            "EBU R128 loudness of the audio, for example -16, its true peak at most -1 dBTP; off (default)")
      ->group(kClips)
      ->option_text("LUFS");
  add_value(command, "--fps", flags.fps, "recommended: nearest of 24, 25, 30 and their NTSC twins (default); keep")
      ->group(kClips)
      ->option_text("POLICY");
  add_value(command, "--reencode", flags.reencode,
            "auto: only what can't be copied (default); always; never: refuse it")
      ->group(kClips)
      ->option_text("POLICY");
  add_value(command, "--copy-check", flags.copy_check,
            "What shows that a copied video is whole. decode: every picture is decoded (default); packets: counted")
      ->group(kClips)
      ->option_text("HOW");
  add_value(
      command, "--color", flags.color,
      "Encode for its colours. auto: wide gamut and HDR only (default); bt709: all that is not BT.709; keep: HDR only")
      ->group(kClips)
      ->option_text("POLICY");
  add_value(command, "--max-loss", flags.max_loss,
            "How much of a clip may be damaged or missing before it is refused (default 0.5); what is left out is said")
      ->group(kClips)
      ->option_text("TIME");
  command
      .add_flag_function(
          "--salvage", [&flags](std::int64_t count) { flags.salvage = count > 0; },
          "Keep the good part of a damaged clip, however much is lost, instead of refusing it")
      ->group(kClips);
  add_value(command, "--conform", flags.conform,
            "Fit the video to the voice, frame for frame: off (default), cut, hold, bounce, remap, auto")
      ->group(kClips)
      ->option_text("HOW");
  add_value(command, "--quality", flags.quality,
            "What an encoding keeps, against size and time: draft, standard (default), high, lossless")
      ->group(kClips)
      ->option_text("Q");
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

PipelineOptions resolve(const PipelineFlags& flags) {
  PipelineOptions options = load_recipe(flags.pipeline);
  lay_over_window(options.prepare, flags);
  lay_over_sound(options.prepare, flags);
  if (flags.fps) options.prepare.fps = value_of("--fps", *flags.fps, parse_fps_policy);
  if (flags.reencode) options.prepare.reencode = value_of("--reencode", *flags.reencode, parse_reencode_policy);
  if (flags.copy_check) options.prepare.copy_check = value_of("--copy-check", *flags.copy_check, parse_copy_check);
  if (flags.color) options.prepare.color = value_of("--color", *flags.color, parse_color_policy);
  if (flags.max_loss) options.prepare.max_loss_s = value_of("--max-loss", *flags.max_loss, parse_time);
  if (flags.salvage) options.prepare.salvage = *flags.salvage;
  if (flags.conform) options.prepare.conform = value_of("--conform", *flags.conform, parse_conform);
  if (flags.quality) options.prepare.quality = value_of("--quality", *flags.quality, parse_quality);
  if (flags.goal) options.advice.goal = value_of("--goal", *flags.goal, parse_goal);
  lay_over(options.parameters, flags);
  lay_over(options.prepare.source, flags.limits);
  lay_over(options, flags.paying);
  lay_over(options.lost_answer, flags.look_up);
  lay_over(options.upload, flags.upload);
  lay_over(options.webhook, flags.webhook);
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
