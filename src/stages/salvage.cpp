#include "stages/salvage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "media/intact.hpp"

#include <react1/error.hpp>

namespace react1::stages {
namespace {

/// Less than this is no clip: the service takes no shorter one, and the advice would hold it.
const Seconds shortest{1};

/// What the window would have held if nothing were missing: a header may promise more than there is.
Seconds promised_end(const Seconds& start, const Seconds& planned_end, const Seconds& measured,
                     const std::optional<Seconds>& claimed, bool truncated, const PrepareOptions& options) {
  if (!truncated || !claimed || planned_end < measured) return planned_end;
  return std::max(planned_end, std::min(*claimed, start + options.max_duration_s));
}

[[noreturn]] void too_little(const std::string& path, const Seconds& kept) {
  throw Error(ErrorCode::media, path,
              fmt::format("is damaged: only {} s of the window lie before the damage, too little to salvage",
                          kept.to_decimal(3)),
              {.hint = "export or copy the file again, or choose a window behind the damage"});
}

std::string sentence(const Seconds& end, const Seconds& lost) {
  return fmt::format("The clip is damaged from {} s on; what lies before is kept and {} s are lost.", end.to_decimal(3),
                     lost.to_decimal(3));
}

}  // namespace

std::optional<Salvaged> salvage_video(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                                      const PrepareOptions& options, std::vector<Warning>& warnings,
                                      const RunContext& context) {
  const media::Intact intact = media::find_intact_video(source, info, plan, options.source, context);
  if (!intact.damaged) return std::nullopt;
  const Seconds kept = intact.end_s - plan.start_s;
  const std::int64_t frames = (kept * plan.fps).floor();
  if (kept < shortest || frames < 2) too_little(info.path, kept);
  const VideoInfo& video = *info.video;
  const Seconds promised =
      promised_end(plan.start_s, plan.end_s, video.duration_s, video.header_duration_s, video.truncated, options);
  const Seconds lost = promised - intact.end_s;
  warnings.push_back(
      {"salvaged", fmt::format("video: {} frames before the damage at {} s are kept; {} frames ({} s) "
                               "are lost",
                               frames, intact.end_s.to_decimal(3), std::max<std::int64_t>((lost * plan.fps).round(), 0),
                               lost.to_decimal(3))});
  return Salvaged{{.start = plan.start_s, .duration = std::nullopt, .end = intact.end_s}, sentence(intact.end_s, lost)};
}

std::optional<Salvaged> salvage_audio(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                                      const PrepareOptions& options, std::vector<Warning>& warnings,
                                      const RunContext& context) {
  const media::Intact intact = media::find_intact_audio(source, info, plan, options.source, context);
  if (!intact.damaged) return std::nullopt;
  const Seconds kept = intact.end_s - plan.start_s;
  if (kept < shortest) too_little(info.path, kept);
  const AudioInfo& audio = *info.audio;
  const Seconds lost =
      promised_end(plan.start_s, plan.end_s, audio.duration_s, audio.header_duration_s, audio.truncated, options) -
      intact.end_s;
  warnings.push_back({"salvaged", fmt::format("audio: {} s before the damage are kept; {} s are lost",
                                              kept.to_decimal(3), lost.to_decimal(3))});
  return Salvaged{{.start = plan.start_s, .duration = std::nullopt, .end = intact.end_s}, sentence(intact.end_s, lost)};
}

}  // namespace react1::stages
