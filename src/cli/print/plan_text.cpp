// SPDX-License-Identifier: Apache-2.0
// plan and prepare, for people.
#include <fmt/format.h>

#include <optional>

#include "cli/print/print_text.hpp"

namespace react1::cli {
namespace {

std::string clip_facts(const PreparedClip& clip) {
  std::string facts = fmt::format("{} of the source from {} to {}", seconds_text(clip.duration_s),
                                  seconds_text(clip.window_start_s), seconds_text(clip.window_end_s));
  if (clip.video) {
    facts += fmt::format("; {} frames at {} fps, {}x{} {}", clip.video->frames, rate_text(clip.video->fps),
                         clip.video->width, clip.video->height, clip.video->codec);
  }
  if (clip.audio) {
    facts += fmt::format("; {} samples at {} Hz, {} channel{}, {}", clip.audio->samples, clip.audio->sample_rate,
                         clip.audio->channels, clip.audio->channels == 1 ? "" : "s", clip.audio->codec);
  }
  if (!clip.path.empty()) facts += fmt::format("; {}", bytes_text(clip.bytes));
  return facts;
}

std::string or_none(const std::optional<double>& level, const char* unit) {
  return level ? fmt::format("{:.1f} {}", *level, unit) : "none";
}

std::string levels_text(const SoundLevels& levels) {
  std::string text = fmt::format("loudness {}, true peak {}, silence {:.0f} %", or_none(levels.integrated_lufs, "LUFS"),
                                 or_none(levels.true_peak_dbtp, "dBTP"), levels.silence_share.value_or(1) * 100);
  if (levels.clipped_samples.value_or(0) > 0) text += fmt::format(", {} samples clipped", *levels.clipped_samples);
  return text;
}

std::string offset_text(const TakeOffset& offset) {
  const Seconds& late = *offset.audio_late_s;
  std::string text = fmt::format("in its source the audio starts {} {} the picture; {}", seconds_text(abs(late)),
                                 late < 0 ? "before" : "after", offset.kept ? "kept" : "dropped");
  if (offset.silence_added_s > 0) text += fmt::format(", by {} of silence", seconds_text(offset.silence_added_s));
  return text;
}

void add_clip(std::vector<std::vector<std::string>>& rows, const char* name, const PreparedClip& clip) {
  rows.push_back({name, fmt::format("{}: {}", to_string(clip.action), clip_facts(clip))});
  for (const std::string& reason : clip.reasons) rows.push_back({"", reason});
}

std::string times(const std::vector<Seconds>& all) {
  std::string text;
  for (const Seconds& each : all) text += (text.empty() ? "" : ", ") + seconds_text(each);
  return text;
}

void add_conform(std::vector<std::vector<std::string>>& rows, const Conformed& conform) {
  rows.push_back({"conform", fmt::format("{}: {} frames of the window become {}", to_string(conform.done),
                                         conform.frames_before, conform.frames)});
  for (const std::string& reason : conform.reasons) rows.push_back({"", reason});
  if (!conform.seams_s.empty()) rows.push_back({"seams", times(conform.seams_s)});
}

std::string money(const Rational& usd) {
  return usd.to_decimal(2) + " USD";
}

std::string predictions(const Preparation& preparation, bool pays) {
  std::vector<std::vector<std::string>> rows{{"", "lipsync_mode", "duration", "frames", "cost"}};
  for (const Prediction& each : preparation.advice.alternatives) {
    rows.push_back({pays && each.lipsync_mode == preparation.prediction.lipsync_mode ? ">" : "",
                    std::string(to_string(each.lipsync_mode)), seconds_text(each.duration_s),
                    fmt::to_string(each.frames), money(each.cost_usd)});
  }
  return table(rows);
}

}  // namespace

std::string preparation_text(const Preparation& preparation, bool pays) {
  std::vector<std::vector<std::string>> rows;
  add_clip(rows, "video", preparation.video);
  add_clip(rows, "audio", preparation.audio);
  if (preparation.conform) add_conform(rows, *preparation.conform);
  if (preparation.audio.levels) rows.push_back({"", levels_text(*preparation.audio.levels)});
  if (preparation.offset.audio_late_s) rows.push_back({"offset", offset_text(preparation.offset)});
  rows.push_back(
      {"mismatch", fmt::format("audio − video = {}, audio / video = {}", seconds_text(preparation.mismatch.delta_s),
                               preparation.mismatch.ratio.to_decimal(3))});
  const Advice& advice = preparation.advice;
  rows.push_back({"advice", advice.hold ? fmt::format("hold, do not pay for this pair (rule {})", advice.rule)
                                        : fmt::format("{} (rule {})", to_string(advice.lipsync_mode), advice.rule)});
  for (const std::string& reason : advice.reasons) rows.push_back({"", reason});
  if (!advice.seams_s.empty()) rows.push_back({"seams", times(advice.seams_s)});
  for (const std::string& warning : advice.warnings) rows.push_back({"warning", warning});
  for (const Warning& warning : preparation.warnings) rows.push_back({"warning", warning.message});
  rows.push_back({"price", fmt::format("{} a minute of output, {}", money(preparation.price.usd_per_minute),
                                       preparation.price.asked_at.empty()
                                           ? std::string("the recipe's")
                                           : fmt::format("the account's, asked at {}", preparation.price.asked_at))});
  return table(rows, /*indent=*/0) + predictions(preparation, pays);
}

}  // namespace react1::cli
