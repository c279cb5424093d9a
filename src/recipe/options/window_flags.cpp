// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/window_flags.hpp"

#include <fmt/format.h>

#include <array>

#include <react1/error.hpp>

#include "recipe/options/member_type.hpp"
#include "recipe/options/typed_value.hpp"

namespace react1::recipe {
namespace {

constexpr std::array<std::string_view, 3> both_flags{"--start", "--duration", "--end"};
constexpr std::array<std::string_view, 3> video_flags{"--video-start", "--video-duration", "--video-end"};
constexpr std::array<std::string_view, 3> audio_flags{"--audio-start", "--audio-duration", "--audio-end"};

std::string_view flag_of(Clips clips, WindowPart part) {
  const auto index = static_cast<std::size_t>(part);
  if (clips == Clips::both) return both_flags[index];
  return clips == Clips::video ? video_flags[index] : audio_flags[index];
}

bool is_given_for(Clips clip, WindowPart part, const IsGiven& is_given) {
  return is_given(flag_of(clip, part)) || is_given(flag_of(Clips::both, part));
}

/// A new end replaces the recipe's length and the other way round: the three together would contradict each other.
void set_part(WindowOptions& window, Clips clip, WindowPart part, const Seconds& value, const IsGiven& is_given) {
  if (part == WindowPart::start) window.start = value;
  if (part == WindowPart::duration) {
    window.duration = value;
    if (!is_given_for(clip, WindowPart::end, is_given)) window.end.reset();
  }
  if (part == WindowPart::end) {
    window.end = value;
    if (!is_given_for(clip, WindowPart::duration, is_given)) window.duration.reset();
  }
}

decltype(Option::take) setter(Clips clips, WindowPart part) {
  return [clips, part](const std::string& text, const IsGiven& is_given, PipelineOptions& options) {
    const Seconds value = parse_time(text);
    if (clips != Clips::audio) set_part(options.prepare.video_window, Clips::video, part, value, is_given);
    if (clips != Clips::video) set_part(options.prepare.audio_window, Clips::audio, part, value, is_given);
  };
}

/// One rule over the whole window: which of the three may be set, and the problems of each.
Option row_of_clip(Clips clips, WindowPart part) {
  constexpr std::int64_t day_s = 86400;
  const bool is_video = clips == Clips::video;
  if (part == WindowPart::start) {
    constexpr std::string_view help = "Start of this clip's window, in seconds from its first frame or sample.";
    return is_video
               ? option("/window/video/start_s", REACT1_MEMBER(prepare.video_window.start), between(0, day_s), help)
               : option("/window/audio/start_s", REACT1_MEMBER(prepare.audio_window.start), between(0, day_s), help);
  }
  if (part == WindowPart::duration) {
    constexpr std::string_view help = "Length of this clip's window, in seconds; shortened to max_duration_s.";
    return is_video
               ? option("/window/video/duration_s", REACT1_MEMBER(prepare.video_window.duration), above(0, day_s), help)
               : option("/window/audio/duration_s", REACT1_MEMBER(prepare.audio_window.duration), above(0, day_s),
                        help);
  }
  constexpr std::string_view help = "End of this clip's window, in seconds; within the clip.";
  return is_video ? option("/window/video/end_s", REACT1_MEMBER(prepare.video_window.end), above(0, day_s), help)
                  : option("/window/audio/end_s", REACT1_MEMBER(prepare.audio_window.end), above(0, day_s), help);
}

std::string_view help_for_both(WindowPart part) {
  if (part == WindowPart::start) return "Start of the window of both clips: seconds, or [hours:]minutes:seconds.";
  return part == WindowPart::duration ? "Length of the window of both clips." : "End of the window of both clips.";
}

/// START-END: the same window of both clips.
void take_range(const std::string& text, const IsGiven& is_given, PipelineOptions& options) {
  for (const auto& flags : {both_flags, video_flags, audio_flags}) {
    for (const std::string_view flag : flags) {
      if (!is_given(flag)) continue;
      throw Error(
          ErrorCode::usage, "--window",
          fmt::format("\"{}\" already gives start and end of both windows, and {} gives one as well", text, flag),
          {.hint = "leave out either --window or the --start, --duration and --end flags"});
    }
  }
  const std::size_t dash = text.find('-');
  WindowOptions window;
  window.start = parse_time(text.substr(0, dash));
  window.end = parse_time(text.substr(dash + 1));
  options.prepare.video_window = options.prepare.audio_window = window;
}

}  // namespace

Option window_row(Clips clips, WindowPart part) {
  Option row;
  if (clips == Clips::both) {
    row.help = help_for_both(part);
  } else {
    row = row_of_clip(clips, part).checked_with_others();
  }
  return std::move(row).flagged(FlagGroup::clips, {flag_of(clips, part)}, "TIME").taken_by(setter(clips, part));
}

void take_window(const std::string& text, const IsGiven& is_given, PipelineOptions& options) {
  const bool is_range = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (is_range && text.find('-') == std::string::npos) {
    throw Error(ErrorCode::usage, "--window", fmt::format("\"{}\" has a start but no end", text),
                {.hint = "START-END as in 3.5-12 or 1:02-1:15; or head, or speech"});
  }
  options.prepare.window = is_range ? WindowChoice::head : parse_window_choice(text);
  if (is_range) take_range(text, is_given, options);
}

void take_same_take(const std::string& text, const IsGiven& is_given, PipelineOptions& options) {
  options.prepare.same_take = text == "true";
  if (!options.prepare.same_take) return;
  for (const auto& flags : {video_flags, audio_flags}) {
    for (const std::string_view flag : flags) {
      if (!is_given(flag)) continue;
      throw Error(ErrorCode::usage, "--same-take",
                  fmt::format("takes one window for both clips, but {} gives one clip its own", flag),
                  {.hint = "use --start, --duration and --end, which count from the first frame"});
    }
  }
}

}  // namespace react1::recipe
