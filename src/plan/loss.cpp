// SPDX-License-Identifier: Apache-2.0
#include "plan/loss.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <react1/error.hpp>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

/// A capture may begin in the middle of a group of pictures: that is normal, not damage.
const Seconds longest_free_head{5};
/// The shortest clip: the service accepts none below, and the advice would hold it.
const Seconds least_salvaged{1};

std::string flag(const LossCase& of, std::string_view name, const PrepareOptions& options) {
  return options.same_take ? fmt::format("--{}", name) : fmt::format("--{}-{}", of.clip, name);
}

std::string_view medium(const LossCase& of) {
  return of.clip == "video" ? "picture" : "sound";
}

[[noreturn]] void nothing_left(const LossCase& of) {
  throw Error(ErrorCode::media, of.path, fmt::format("is damaged: no {} of the window can be decoded", medium(of)),
              {.hint = "export or copy the file again, or choose another window"});
}

/// The problems, the worst first.
std::string complaint(const LossCase& of, const Loss& loss) {
  const bool cut_off = !of.absent.empty() && of.promised_end_s - of.end_s >= loss.tail_s / 2;
  if (loss.head_s > loss.tail_s) {
    return fmt::format("the first {} s of the window can't be decoded", brief(loss.head_s));
  }
  if (cut_off) return fmt::format("{}; the file is truncated or damaged", of.absent);
  return fmt::format("the {} is damaged near {} s", medium(of), of.good_end_s.to_decimal(2));
}

/// The hint.
std::string way_out(const LossCase& of, const Loss& loss, const PrepareOptions& options) {
  std::string hint = "copy or export the file again";
  if (loss.head_s > 0) {
    hint += fmt::format(", start at {} s with {}", brief(of.good_start_s), flag(of, "start", options));
  }
  if (loss.tail_s > 0) hint += fmt::format(", end at {} s with {}", brief(of.good_end_s), flag(of, "end", options));
  // Rounded up, so that the printed value is enough.
  const Seconds enough = Rational((loss.counted_s * 100).ceil(), 100);
  return hint +
         fmt::format(", allow for the loss with --max-loss {}, or keep what is good with --salvage", brief(enough));
}

}  // namespace

Loss measure_loss(const LossCase& of) {
  Loss loss;
  loss.head_s = std::max(of.good_start_s - of.start_s, Seconds(0));
  loss.tail_s = std::max(of.promised_end_s - of.good_end_s, Seconds(0));
  const bool is_free = of.head_of_capture && of.good_start_s <= longest_free_head;
  loss.counted_s = is_free ? loss.tail_s : loss.head_s + loss.tail_s;
  return loss;
}

void require_bearable(const LossCase& of, const Loss& loss, const PrepareOptions& options) {
  const Seconds kept = of.good_end_s - of.good_start_s;
  if (kept <= 0) nothing_left(of);
  if (options.salvage) {
    if (loss.counted_s == 0 || kept >= least_salvaged) return;
    throw Error(ErrorCode::media, of.path,
                fmt::format("is damaged: only {} s of the window are good, too little to salvage", kept.to_decimal(3)),
                {.hint = "export or copy the file again, or choose a window after the damage"});
  }
  if (loss.counted_s <= options.max_loss_s) return;
  throw Error(ErrorCode::media, of.path,
              fmt::format("{}: {} s of the window are lost, more than the {} s that may be", complaint(of, loss),
                          brief(loss.counted_s), brief(options.max_loss_s)),
              {.hint = way_out(of, loss, options)});
}

std::string absent_pictures(const MediaInfo& info) {
  if (!info.video || !info.video->truncated) return "";
  const VideoInfo& video = *info.video;
  if (video.header_frames && *video.header_frames > video.frames) {
    return fmt::format("{} of {} frames are there", video.frames, *video.header_frames);
  }
  return fmt::format("{} of {} s of video are there", brief(video.duration_s),
                     brief(video.header_duration_s.value_or(info.container_duration_s.value_or(0))));
}

std::string absent_sound(const MediaInfo& info) {
  if (!info.audio || !info.audio->truncated) return "";
  const AudioInfo& audio = *info.audio;
  return fmt::format("{} of {} s of sound are there", brief(audio.duration_s),
                     brief(audio.header_duration_s.value_or(info.container_duration_s.value_or(0))));
}

}  // namespace react1::planning
