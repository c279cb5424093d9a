// SPDX-License-Identifier: Apache-2.0
// plan_audio(): window, rate, channels, sample count and the best action.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <react1/error.hpp>

#include "plan/encode_plan.hpp"
#include "plan/ladder.hpp"
#include "plan/plan_words.hpp"
#include "plan/quality.hpp"
#include "plan/window_rule.hpp"

namespace react1::planning {
namespace {

constexpr std::int64_t mp3_frame = 1152;                   ///< samples of an MPEG-1 Layer III frame
constexpr std::int64_t decoder_delay = 529;                ///< samples by which every Layer III decoder is late
constexpr std::int64_t most_delay = 4095 + decoder_delay;  ///< priming that the twelve bits of a tag can hold
constexpr std::int64_t most_mp3_padding = 2304;            ///< samples an encoder may add before and after the sound

const AudioInfo& require_sound(const MediaInfo& info) {
  if (!info.audio) {
    throw Error(ErrorCode::media, info.path, "has no audio stream; AUDIO needs one",
                {.hint = "give a file with a voice track as the second clip"});
  }
  const AudioInfo& audio = *info.audio;
  if (audio.samples < 1 || audio.sample_rate < 1 || audio.channels < 1) {
    throw Error(ErrorCode::media, info.path, "has an audio stream without any sound in it",
                {.hint = "the file may be damaged or empty; export it again"});
  }
  return audio;
}

/// The 44.1 kHz family stays in its family: resampling by a whole number is cleanest.
int choose_sample_rate(int source) {
  constexpr std::array family{11025, 22050, 44100, 88200, 176400};
  return std::find(family.begin(), family.end(), source) != family.end() ? 44100 : 48000;
}

/// The valid constant rate of MPEG-1 Layer III nearest to `wanted`, the higher of two equally near.
int choose_bitrate(int wanted) {
  constexpr std::array rates{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  return *std::min_element(rates.begin(), rates.end(), [wanted](int a, int b) {
    const int to_a = std::abs(a - wanted);
    const int to_b = std::abs(b - wanted);
    return to_a != to_b ? to_a < to_b : a > b;
  });
}

/// What an MP3 may hold so that all its physical frames fit: one frame goes to the Xing/LAME tag, one to the padding.
std::int64_t most_samples(const Seconds& limit, int sample_rate) {
  const std::int64_t frames = (limit * sample_rate / mp3_frame).floor() - 2;
  if (frames < 1) {
    throw Error(ErrorCode::usage, "max_duration_s", "leaves no room for any sound: " + brief(limit) + " s",
                {.hint = "allow at least 1 s"});
  }
  return frames * mp3_frame;
}

struct AudioCase {
  const MediaInfo& info;
  const AudioInfo& audio;
  const PrepareOptions& options;
  const Window& window;
  const SoundChoice& choice;
};

// Obstacles in the sound itself: only encoding removes them -----------------------------------------------------------

void codec_obstacles(const AudioCase& of, Reasons& reasons) {
  const AudioInfo& audio = of.audio;
  demanded_encoding(of.options, reasons);
  if (audio.codec != "mp3") {
    reasons.push_back(fmt::format("The audio is {} in {}, not an MP3 file.", audio.codec, of.info.format));
  }
  if (audio.sample_rate != 44100 && audio.sample_rate != 48000) {
    reasons.push_back(fmt::format("The sample rate is {} Hz, not 44100 or 48000.", audio.sample_rate));
  }
  if (audio.channels > 2) reasons.push_back(fmt::format("There are {} channels, more than 2.", audio.channels));
}

void treatment_obstacles(const AudioCase& of, Reasons& reasons) {
  if (of.choice.relevel) {
    reasons.push_back(fmt::format("The loudness is to become {} LUFS.", of.options.loudness_lufs.value_or(0)));
  }
  if (of.choice.cancelling) {
    reasons.emplace_back("Left and right cancel each other once they are added up, so one of them is taken.");
  }
  if (const Seconds& silence = of.choice.treatment.silence_before_s; silence > 0) {
    reasons.push_back(fmt::format("{} s of silence keep the sound as late as it is in the take.", brief(silence)));
  }
}

/// Packets in an MP3 file play one after the other, whatever their original times.
void timeline_obstacles(const AudioCase& of, Reasons& reasons) {
  if (of.audio.pieces.empty()) return;
  reasons.emplace_back("The sound has gaps, overlaps or a drifting clock, which MP3 has no timestamps for.");
}

bool is_mp3_file(const AudioCase& of) {
  return of.audio.codec == "mp3" && of.info.format == "mp3";
}

/// Only a file whose frames were read one by one is known to be consistent.
void frame_obstacles(const AudioCase& of, Reasons& reasons) {
  if (!is_mp3_file(of)) return;
  if (!of.audio.mp3) {
    reasons.emplace_back("The file is too large to be read frame by frame.");
  } else {
    reasons.insert(reasons.end(), of.audio.mp3->flaws.begin(), of.audio.mp3->flaws.end());
  }
}

/// A copy of the frames corrects a wrong tag and leaves out bytes between them; a change inside stays.
void change_obstacles(const AudioCase& of, Reasons& reasons) {
  if (!is_mp3_file(of)) return;
  if (!of.audio.mp3) {
    frame_obstacles(of, reasons);
  } else if (!of.audio.mp3->uniform) {
    reasons.emplace_back("The sample rate or the number of channels changes inside.");
  }
}

/// A new tag records how much of the start to skip. A file without one is copied without one, unless its length
/// would then be unknown to readers.
void tag_obstacles(const AudioCase& of, Reasons& reasons) {
  if (of.audio.codec == "mp3" && of.audio.priming > most_delay) {
    reasons.push_back(
        fmt::format("{} samples at the start are hidden, more than an MP3's tag can record.", of.audio.priming));
  }
  if (of.audio.codec != "mp3" || of.audio.priming >= decoder_delay) return;
  if (of.audio.mp3 && of.audio.priming == 0 && !of.audio.mp3->variable_rate) return;
  reasons.emplace_back("The file has no LAME tag, so a copy could not say where its sound begins.");
}

/// A frame's sound needs what earlier frames left in the bit reservoir, so a cut starts with the first one.
void start_obstacles(const AudioCase& of, Reasons& reasons) {
  if (of.window.start > 0) {
    reasons.push_back(
        fmt::format("The window starts at {} s; MP3 can only be cut at its end.", brief(of.window.start)));
  }
}

// Obstacles that a new file removes -----------------------------------------------------------------------------------

void length_obstacles(const AudioCase& of, Reasons& reasons) {
  const AudioInfo& audio = of.audio;
  if (!of.window.whole) {
    reasons.push_back(fmt::format("Only {} to {} s of the {} s are wanted.", brief(of.window.start),
                                  brief(of.window.end), brief(audio.duration_s)));
  } else if (audio.codec == "mp3") {
    // The largest of the claims, and one frame for the tag that some readers play as sound.
    const Seconds longest = std::max({audio.duration_s + Rational(most_mp3_padding, audio.sample_rate),
                                      audio.header_duration_s.value_or(0), of.info.container_duration_s.value_or(0)}) +
                            Rational(mp3_frame, audio.sample_rate);
    if (longest > of.options.max_duration_s) {
      reasons.push_back(fmt::format("With its tag and padding the file may measure {} s, more than the limit of {} s.",
                                    longest.to_decimal(), brief(of.options.max_duration_s)));
    }
  }
}

void container_obstacles(const AudioCase& of, Reasons& reasons) {
  if (of.audio.codec == "mp3" && of.info.format != "mp3") {
    reasons.push_back(fmt::format("The MP3 sound is in {}, not in a file of its own.", of.info.format));
  }
  if (of.info.streams.size() > 1) {
    reasons.push_back(fmt::format("The file holds {}; the service gets the sound alone.",
                                  counted(static_cast<std::int64_t>(of.info.streams.size()), "stream")));
  }
  if (std::any_of(of.info.metadata_keys.begin(), of.info.metadata_keys.end(),
                  [](const std::string& key) { return lower_case(key) != "encoder"; })) {
    reasons.emplace_back("The file carries tags.");
  }
}

// The ladder ---------------------------------------------------------------------------------------------------------

using Obstacles = void (*)(const AudioCase&, Reasons&);
struct AudioOption {
  ClipAction action;
  std::vector<Obstacles> obstacles;
};

/// The best option without an obstacle; `reasons` gets the obstacles of the better ones, each once.
ClipAction choose_lossless_action(const AudioCase& of, Reasons& reasons) {
  const std::array ladder{
      AudioOption{ClipAction::passthrough,
                  {codec_obstacles, treatment_obstacles, timeline_obstacles, frame_obstacles, length_obstacles,
                   container_obstacles}},
      AudioOption{ClipAction::remux,
                  {codec_obstacles, treatment_obstacles, timeline_obstacles, change_obstacles, tag_obstacles,
                   length_obstacles}},
      AudioOption{
          ClipAction::cut,
          {codec_obstacles, treatment_obstacles, timeline_obstacles, change_obstacles, tag_obstacles, start_obstacles}},
  };
  for (const AudioOption& option : ladder) {
    Reasons against;
    for (const Obstacles obstacles : option.obstacles) obstacles(of, against);
    if (against.empty()) return option.action;
    add_once(reasons, std::move(against));
  }
  return ClipAction::transcode;
}

/// Whole frames within the window, one less than the limit holds for the tag.
void cut_to_frames(AudioPlan& plan, const AudioCase& of) {
  const int rate = of.audio.sample_rate;
  const std::int64_t wanted = ((of.window.end * rate + of.audio.priming) / mp3_frame).floor();
  const std::int64_t most = (of.options.max_duration_s * rate / mp3_frame).floor() - 1;
  plan.packets = std::max<std::int64_t>(1, std::min(wanted, most));
  plan.samples = std::max<std::int64_t>(1, plan.packets * mp3_frame - of.audio.priming);
}

void say_unfaded(AudioPlan& plan) {
  if (plan.treatment.fade_out_s <= 0) return;
  plan.reasons.emplace_back(
      "The cut falls into sound. Copied MP3 can't be faded; encoding all of it again would cost more than a hard end.");
}

/// A voice that starts late in its file loses that offset: the clip begins with its first sample.
std::optional<Warning> dropped_offset(const MediaInfo& info, const AudioInfo& audio) {
  const Seconds noticeable(1, 100);
  const Seconds late = info.video ? audio.start_s - info.video->start_s : audio.start_s;
  if (!info.video || abs(late) <= noticeable) return std::nullopt;
  return Warning{"audio_offset_dropped",
                 fmt::format("In its file the audio starts {} s {} than the picture; that offset is dropped.",
                             brief(abs(late)), late > 0 ? "later" : "earlier")};
}

}  // namespace

Seconds longest_sound(const MediaInfo& info, const Seconds& limit) {
  const int rate = choose_sample_rate(require_sound(info).sample_rate);
  return {most_samples(limit, rate), rate};
}

Planned<AudioPlan> plan_audio(const MediaInfo& info, const PrepareOptions& options, const SoundChoice& choice) {
  const AudioInfo& audio = require_sound(info);
  std::vector<Warning> warnings;
  const Window window = unwrap(
      resolve_window(options.audio_window,
                     {.clip = "audio", .path = info.path, .length = audio.duration_s, .limit = options.max_duration_s}),
      warnings);

  AudioPlan plan;
  plan.stream_index = audio.index;
  plan.start_s = window.start;
  plan.end_s = window.end;
  plan.treatment = choice.treatment;
  const AudioCase of{.info = info, .audio = audio, .options = options, .window = window, .choice = choice};
  plan.action = choose_lossless_action(of, plan.reasons);
  if (!options.same_take) {
    if (auto dropped = dropped_offset(info, audio)) warnings.push_back(std::move(*dropped));
  }
  plan.sample_rate = audio.sample_rate;
  plan.channels = audio.channels;
  plan.samples = audio.samples;
  if (plan.action == ClipAction::cut) {
    cut_to_frames(plan, of);
    say_unfaded(plan);
  }
  if (plan.action == ClipAction::transcode) {
    plan.sample_rate = choose_sample_rate(audio.sample_rate);
    plan.channels = choice.cancelling ? 1 : std::min(audio.channels, 2);
    const Seconds length = choice.treatment.silence_before_s + window.end - window.start;
    const std::int64_t wanted = (length * plan.sample_rate).floor();
    plan.samples = std::clamp<std::int64_t>(wanted, 1, most_samples(options.max_duration_s, plan.sample_rate));
  }
  plan.may_encode = options.reencode != ReencodePolicy::never;
  const bool encodes_mp3_again = plan.action == ClipAction::transcode && audio.codec == "mp3";
  if (encodes_mp3_again) require_encoding_allowed(options, plan.reasons, info.path);
  plan.bitrate_kbps = choose_bitrate(encoder_settings(options).kbps_per_channel * plan.channels);
  return {std::move(plan), std::move(warnings)};
}

}  // namespace react1::planning
