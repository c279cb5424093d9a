// SPDX-License-Identifier: Apache-2.0
// find_intact_video(): the packets and pictures of a window, for intact_pictures to judge.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "media/check/intact.hpp"
#include "media/ff/compat.hpp"
#include "media/stream/packet_by_packet.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// H.264 and HEVC show a frame at most 16 packets after its own; twice that also covers streams beyond the rules.
constexpr std::size_t reorder_depth = 32;

/// Seeking pays off only for windows far from the start.
const Seconds worth_a_jump{2};

/// Decodes from its start position to the end of the window.
class PictureScan {
 public:
  PictureScan(const VideoInfo& video, const VideoPlan& plan, bool from_beginning) : video_(video), plan_(plan) {
    events_.interval = video.fps > 0 ? 1 / video.fps : Seconds(0);
    events_.from_beginning = from_beginning;
  }

  PictureEvents run(PacketByPacket& stream) {
    const auto take = [&](const AVFrame& frame) { note_picture(stream, frame); };
    while (packets_behind_ <= reorder_depth && stream.read()) {
      note_packet(stream);
      const bool refused = stream.decode(/*packet=*/true, take);
      const bool hidden = (stream.packet().flags & AV_PKT_FLAG_DISCARD) != 0;
      if (counted_) events_.packets.back().damaged = refused;
      if (counted_ && hidden && !refused) events_.packets.pop_back();
    }
    if (stream.decode(/*packet=*/false, take) && !events_.packets.empty()) events_.packets.back().damaged = true;
    return std::move(events_);
  }

 private:
  /// Where no presentation times are stored, frames follow each other at the nominal rate.
  [[nodiscard]] bool is_untimed() const {
    return video_.duration_source != FactSource::packets && video_.duration_source != FactSource::sample_table;
  }

  /// Empty packets repeat the previous picture. Those that an edit list hides show nothing, but later ones may refer
  /// to them.
  void note_packet(const PacketByPacket& stream) {
    const AVPacket& packet = stream.packet();
    const std::int64_t ticks = packet.pts != AV_NOPTS_VALUE || !is_untimed() ? packet.pts : packet.dts;
    counted_ = packet.size > 0;
    if (!counted_) return;
    if (!std::exchange(begun_, true)) headless_ = is_headless(stream.codec(), packet);
    std::optional<Seconds> time;
    if (is_untimed()) {
      time = Rational(static_cast<std::int64_t>(events_.packets.size())) * events_.interval;
    } else if (ticks != AV_NOPTS_VALUE) {
      time = stream.seconds(ticks) - video_.start_s;
    }
    events_.packets.push_back({.time = time});
    if (time && *time >= plan_.end_s) ++packets_behind_;
  }

  void note_picture(const PacketByPacket& stream, const AVFrame& frame) {
    const std::int64_t ticks = frame.best_effort_timestamp;
    const Seconds time = is_untimed() || ticks == AV_NOPTS_VALUE ? Rational(pictures_) * events_.interval
                                                                 : stream.seconds(ticks) - video_.start_s;
    ++pictures_;
    const bool key = ff::is_key(frame);
    headless_ = headless_ && !key;
    events_.pictures.push_back({.time = time, .key = key, .flawed = headless_ || is_flawed(frame)});
  }

  const VideoInfo& video_;
  const VideoPlan& plan_;
  PictureEvents events_;
  bool counted_ = false;  // the packet at hand is in the list
  bool begun_ = false, headless_ = false;
  std::size_t packets_behind_ = 0;
  std::int64_t pictures_ = 0;
};

}  // namespace

IntactPictures find_intact_video(const ClipInput& input, const VideoPlan& plan, const RunContext& context) {
  if (!input.info.video)
    throw Error(ErrorCode::internal, input.info.path, "a video plan was made for a file without video");
  const VideoInfo& video = *input.info.video;
  const Seconds tick = plan.fps > 0 ? 1 / plan.fps : Seconds(0);
  const Seconds early = std::min(tick, video.fps > 0 ? 1 / video.fps : tick) / 2;
  const bool timed = video.duration_source == FactSource::packets || video.duration_source == FactSource::sample_table;
  const auto look = [&](const std::optional<Seconds>& jump) {
    PacketByPacket stream(input.source, plan.stream_index, input.limits, context);
    const bool jumped = jump && stream.enter(*jump + video.start_s);
    PictureScan scan(video, plan, !jumped);
    return judge_pictures(scan.run(stream), plan.start_s, plan.end_s, early);
  };
  // Containers find key frames by decoding time, by estimates or not at all, so a seek is judged by its result.
  for (Seconds margin = 1; timed && plan.start_s > worth_a_jump && margin < plan.start_s; margin = margin * 4) {
    const IntactPictures found = look(plan.start_s - margin);
    if (!found.entered_too_late) return found;
  }
  return look(std::nullopt);
}

}  // namespace react1::media
