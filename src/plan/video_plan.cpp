// SPDX-License-Identifier: Apache-2.0
// plan_video(): window, rate, count, size, colour and the best action.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include <react1/error.hpp>

#include "plan/color.hpp"
#include "plan/encode_plan.hpp"
#include "plan/ladder.hpp"
#include "plan/output_rate.hpp"
#include "plan/picture_size.hpp"
#include "plan/plan_words.hpp"
#include "plan/quality.hpp"
#include "plan/video_ladder.hpp"
#include "plan/window_rule.hpp"

namespace react1::planning {
namespace {

/// Frame places with start ≤ i / fps < end, for a constant rate. The last frame fills more than one when it is held.
std::int64_t source_frames_in(const Window& window, const VideoInfo& video, const Rational& fps) {
  const std::int64_t places = video.frames + held_places(video, fps);
  const std::int64_t first = (window.start * fps).ceil();
  // More packets than the clip's length has room for: some have no time and no picture.
  const std::int64_t all = std::min(places, frames_with_room(video, fps));
  const std::int64_t behind = window.end >= video.duration_s ? all : (window.end * fps).ceil();
  return std::min(behind, places) - first;
}

/// A window between two frames shows the one before it: start there, take that one.
void take_the_frame_shown(Window& window, const VideoInfo& video, const Rational& fps) {
  const std::int64_t places = video.frames + held_places(video, fps);
  const std::int64_t shown = std::clamp<std::int64_t>((window.start * fps).floor(), 0, places - 1);
  window.start = Rational(shown) / fps;
}

std::int64_t count_frames(Window& window, const VideoInfo& video, const VideoPlan& plan, const Seconds& limit) {
  const bool same_rate = !video.vfr && plan.fps == snap_rate(video.fps);
  std::int64_t held =
      same_rate ? source_frames_in(window, video, plan.fps) : ((window.end - window.start) * plan.fps).floor();
  if (held < 1) {
    if (same_rate) take_the_frame_shown(window, video, plan.fps);
    held = 1;
  }
  return std::max<std::int64_t>(1, std::min(held, (limit * plan.fps).floor()));
}

}  // namespace

Planned<VideoPlan> lay_out_video(const MediaInfo& info, const PrepareOptions& options) {
  const VideoInfo& video = require_moving_picture(info);
  std::vector<Warning> warnings;
  Window window = unwrap(
      resolve_window(options.video_window,
                     {.clip = "video", .path = info.path, .length = video.duration_s, .limit = options.max_duration_s}),
      warnings);

  VideoPlan plan;
  plan.stream_index = video.index;
  plan.fps = choose_rate(video.fps, !video.vfr, options.fps);
  plan.frames = count_frames(window, video, plan, options.max_duration_s);
  plan.start_s = window.start;
  plan.end_s = window.end;
  const Size size = choose_size(largest_picture(video, window.start, window.end), options);
  plan.width = size.width;
  plan.height = size.height;
  plan.orientation = video.orientation;
  plan.sar = video.sar;
  plan.deinterlace = video.interlaced;
  plan.tone_map = choose_tone_map(video);
  plan.color_space = choose_color_space(video);
  plan.color_primaries = choose_color_primaries(video);
  plan.color_transfer = choose_color_transfer(video);
  plan.full_range = is_full_range(video);
  const EncoderSettings settings = encoder_settings(options);
  plan.crf = settings.crf;
  plan.preset = settings.preset;
  plan.copy_check = options.copy_check;
  plan.may_encode = options.reencode != ReencodePolicy::never;
  return {std::move(plan), std::move(warnings)};
}

void choose_action(VideoPlan& plan, const MediaInfo& info, const PrepareOptions& options) {
  const VideoInfo& video = require_moving_picture(info);
  const Window window{
      .start = plan.start_s, .end = plan.end_s, .whole = plan.start_s == 0 && plan.end_s == video.duration_s};
  LadderResult best =
      choose_lossless_action({.info = info, .video = video, .options = options, .window = window, .plan = plan});
  plan.action = best.action;
  plan.reasons = std::move(best.reasons);
  if (plan.action == ClipAction::transcode) require_encoding_allowed(options, plan.reasons, info.path);
}

std::vector<Warning> warnings_of(const VideoPlan& plan, const MediaInfo& info) {
  std::vector<Warning> warnings;
  constexpr int fewest_lines = 480;
  if (std::min(plan.width, plan.height) < fewest_lines) {
    warnings.push_back({"low_resolution", fmt::format("The picture is {}x{}; below {} lines the model loses faces.",
                                                      plan.width, plan.height, fewest_lines)});
  }
  const bool copied = plan.action != ClipAction::transcode;
  const bool other = info.video && color_tagged_otherwise(*info.video);
  if (copied && info.video && !other && color_untagged(*info.video)) {
    warnings.push_back({"color_untagged",
                        "The file does not say that its colours are BT.709; it is copied unchanged, because encoding "
                        "it again would lose more detail than the tags are worth."});
  }
  if (copied && other) {
    warnings.push_back(
        {"color_kept",
         fmt::format("The colour is tagged {}; the clip is copied with these tags. --color bt709 converts.",
                     color_tags(*info.video))});
  }
  return warnings;
}

Planned<VideoPlan> plan_video(const MediaInfo& info, const PrepareOptions& options) {
  Planned<VideoPlan> plan = lay_out_video(info, options);
  choose_action(plan.value, info, options);
  append(plan.warnings, warnings_of(plan.value, info));
  return plan;
}

void fit_video(VideoPlan& plan, FrameOrder order) {
  if (order.shows.empty()) throw Error(ErrorCode::internal, "fitting the video", "an order without frames");
  const std::int64_t taken = *std::max_element(order.shows.begin(), order.shows.end()) + 1;
  if (taken < plan.frames) plan.end_s = plan.start_s + Rational(taken) / plan.fps;
  plan.frames = static_cast<std::int64_t>(order.shows.size());
  plan.exact_frames = true;
  std::vector<std::int64_t> as_they_come(order.shows.size());
  std::iota(as_they_come.begin(), as_they_come.end(), 0);
  if (order.shows != as_they_come) plan.shows = std::move(order.shows);
}

void apply_cut_limits(VideoPlan& plan, std::int64_t copyable, const std::string& obstacle,
                      const PrepareOptions& options, const std::string& path) {
  if (plan.action != ClipAction::cut) return;
  const Seconds lost = Rational(plan.frames - copyable) / plan.fps;
  const Seconds may_be_lost = plan.exact_frames ? Seconds(0) : options.max_cut_loss_s;
  if (copyable > 0 && lost <= may_be_lost) {
    plan.frames = copyable;
    plan.end_s = plan.start_s + Rational(plan.frames) / plan.fps;
    return;
  }
  plan.action = ClipAction::transcode;
  plan.reasons.push_back(copyable < 1 ? obstacle
                                      : fmt::format("Copied packets would have to end {} s early, which is more "
                                                    "than the {} s that may be lost.",
                                                    lost.to_decimal(3), brief(may_be_lost)));
  require_encoding_allowed(options, plan.reasons, path);
}

}  // namespace react1::planning
