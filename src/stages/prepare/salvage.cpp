// SPDX-License-Identifier: Apache-2.0
#include "stages/prepare/salvage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "media/check/intact.hpp"
#include "plan/encode_plan.hpp"
#include "plan/loss.hpp"
#include "plan/output_rate.hpp"

#include <react1/error.hpp>

namespace react1::stages {
namespace {

struct Span {
  Seconds start_s, end_s;
};

/// Where the window would end if the file held what its header promises (`claimed`; nullopt: it does).
Seconds promised_end(const Span& planned, const Seconds& measured, const std::optional<Seconds>& claimed,
                     const WindowOptions& asked, const Seconds& limit) {
  if (!claimed || planned.end_s < measured) return planned.end_s;
  Seconds end = std::min(*claimed, planned.start_s + limit);
  if (asked.end) end = std::min(end, *asked.end);
  if (asked.duration) end = std::min(end, planned.start_s + *asked.duration);
  return std::max(planned.end_s, end);
}

/// On the grid of a constant rate, whose stored times are rounded.
Seconds snapped(const Seconds& time, const VideoInfo& video) {
  return video.vfr || video.fps <= 0 ? time : Rational((time * video.fps).round()) / video.fps;
}

/// The usable pictures of one window, with reason and warnings.
class PictureSalvage {
 public:
  PictureSalvage(const media::ClipInput& input, const PrepareOptions& options, const RunContext& context)
      : input_(input), info_(input.info), video_(input.info.video.value()), options_(options), context_(context) {}

  std::optional<Salvaged> run(const VideoPlan& plan) {
    media::IntactPictures found = look(plan);
    const bool cut_off = promised_end(plan) > plan.end_s;
    if (!found.late && !found.early && found.undecoded == 0 && !cut_off) return std::nullopt;
    WindowOptions window = options_.video_window;
    const bool open_end = !window.end && !window.duration && !found.early;
    window = {
        .start = found.start_s, .duration = std::nullopt, .end = open_end ? std::nullopt : std::optional(found.end_s)};
    VideoPlan whole = plan;
    if (found.late && open_end) {  // the part beyond the limit moves in
      const VideoPlan later = laid_out(window);
      const media::IntactPictures rest = look(later);
      whole.end_s = later.end_s;
      found.end_s = rest.end_s;
      found.early = rest.early;
      if (rest.early) window.end = rest.end_s;
    }
    judge(whole, found);
    const std::int64_t frames = laid_out(window).frames;
    if (frames < 2) {
      throw Error(ErrorCode::media, info_.path, "is damaged: less than two frames of the window can be decoded",
                  {.hint = "export or copy the file again, or choose another window"});
    }
    Salvaged salvaged{.window = window, .reason = {}, .warnings = {}};
    describe(plan, found, frames, salvaged);
    return salvaged;
  }

 private:
  [[nodiscard]] media::IntactPictures look(const VideoPlan& plan) const {
    media::IntactPictures found = media::find_intact_video(input_, plan, context_);
    if (found.late) found.start_s = std::min(snapped(found.start_s, video_), plan.end_s);
    if (found.early) found.end_s = std::clamp(snapped(found.end_s, video_), found.start_s, plan.end_s);
    return found;
  }

  [[nodiscard]] VideoPlan laid_out(const WindowOptions& window) const {
    PrepareOptions narrowed = options_;
    narrowed.video_window = window;
    return planning::lay_out_video(info_, narrowed).value;  // its warnings were given when it was planned
  }

  [[nodiscard]] Seconds promised_end(const VideoPlan& plan) const {
    std::optional<Seconds> claimed = video_.header_duration_s ? video_.header_duration_s : info_.container_duration_s;
    if (video_.header_frames && video_.fps > 0) {
      claimed = std::max(claimed.value_or(0), Rational(*video_.header_frames) / video_.fps);
    }
    return stages::promised_end({plan.start_s, plan.end_s}, video_.duration_s,
                                video_.truncated ? claimed : std::nullopt, options_.video_window,
                                options_.max_duration_s);
  }

  void judge(const VideoPlan& plan, const media::IntactPictures& found) {
    const planning::LossCase of{.clip = "video",
                                .path = info_.path,
                                .start_s = plan.start_s,
                                .end_s = plan.end_s,
                                .promised_end_s = promised_end(plan),
                                .good_start_s = found.start_s,
                                .good_end_s = found.end_s,
                                .head_of_capture = found.head_of_stream,
                                .absent = planning::absent_pictures(info_)};
    loss_ = planning::measure_loss(of);
    planning::require_bearable(of, loss_, options_);
  }

  void describe(const VideoPlan& plan, const media::IntactPictures& found, std::int64_t frames,
                Salvaged& salvaged) const {
    std::string& reason = salvaged.reason;
    std::vector<Warning>& warnings = salvaged.warnings;
    if (loss_.head_s > 0) {
      reason = fmt::format(
          "The clip begins at {} s, with the first picture that can be decoded; {} s before it are "
          "left out.",
          found.start_s.to_decimal(3), loss_.head_s.to_decimal(3));
      warnings.push_back(
          {"start_lost",
           fmt::format("video: the first {} s of the window ({} frames) can't be decoded; the clip begins "
                       "at {} s",
                       loss_.head_s.to_decimal(3), std::max<std::int64_t>((loss_.head_s * plan.fps).round(), 1),
                       found.start_s.to_decimal(3))});
    } else if (found.undecoded > 0) {
      reason = fmt::format(
          "{} of the {} pictures can't be decoded and have no time of their own; the clip begins with "
          "the first that can.",
          found.undecoded, video_.frames);
      warnings.push_back(
          {"start_lost", fmt::format("video: {} of {} frames can't be decoded, at the beginning; the clip "
                                     "begins with the first that can",
                                     found.undecoded, video_.frames)});
    }
    if (loss_.tail_s <= 0) return;
    const bool damage = found.end_s < plan.end_s;
    reason += fmt::format("{}The clip is {} {} s on; the part before it is kept and {} s are lost.",
                          reason.empty() ? "" : " ", damage ? "damaged from" : "missing from",
                          found.end_s.to_decimal(3), loss_.tail_s.to_decimal(3));
    warnings.push_back(
        {options_.salvage ? "salvaged" : "end_lost",
         fmt::format("video: {} frames before the damage at {} s are kept; {} frames ({} s) are lost", frames,
                     found.end_s.to_decimal(3), std::max<std::int64_t>((loss_.tail_s * plan.fps).round(), 0),
                     loss_.tail_s.to_decimal(3))});
  }

  const media::ClipInput& input_;
  const MediaInfo& info_;
  const VideoInfo& video_;
  const PrepareOptions& options_;
  const RunContext& context_;
  planning::Loss loss_;
};

}  // namespace

bool is_doubtful(const VideoInfo& video, const VideoPlan& plan) {
  const bool cut_off = video.truncated && plan.end_s >= video.duration_s;
  return cut_off || (!video.vfr && video.frames > planning::frames_with_room(video, video.fps));
}

bool is_doubtful(const AudioInfo& audio, const AudioPlan& plan) {
  return audio.truncated && plan.end_s >= audio.duration_s;
}

std::optional<Salvaged> salvage_video(const media::ClipInput& input, const VideoPlan& plan,
                                      const PrepareOptions& options, const RunContext& context) {
  return PictureSalvage(input, options, context).run(plan);
}

std::optional<Salvaged> salvage_audio(const media::ClipInput& input, const AudioPlan& plan,
                                      const PrepareOptions& options, const RunContext& context) {
  const MediaInfo& info = input.info;
  const media::Intact intact = media::find_intact_audio(input, plan, context);
  if (!intact.damaged) return std::nullopt;
  const AudioInfo& audio = *info.audio;
  std::optional<Seconds> claimed;
  if (audio.truncated) claimed = audio.header_duration_s ? audio.header_duration_s : info.container_duration_s;
  const planning::LossCase of{.clip = "audio",
                              .path = info.path,
                              .start_s = plan.start_s,
                              .end_s = plan.end_s,
                              .promised_end_s = promised_end({plan.start_s, plan.end_s}, audio.duration_s, claimed,
                                                             options.audio_window, options.max_duration_s),
                              .good_start_s = plan.start_s,
                              .good_end_s = intact.end_s,
                              .absent = planning::absent_sound(info)};
  const planning::Loss loss = planning::measure_loss(of);
  planning::require_bearable(of, loss, options);
  const Seconds kept = intact.end_s - plan.start_s;
  return Salvaged{
      .window = {.start = plan.start_s, .duration = std::nullopt, .end = intact.end_s},
      .reason = fmt::format("The clip is damaged from {} s on; the part before it is kept and {} s are lost.",
                            intact.end_s.to_decimal(3), loss.tail_s.to_decimal(3)),
      .warnings = {{options.salvage ? "salvaged" : "end_lost",
                    fmt::format("audio: {} s before the damage are kept; {} s are lost", kept.to_decimal(3),
                                loss.tail_s.to_decimal(3))}}};
}

}  // namespace react1::stages
