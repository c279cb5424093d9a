#include "media/intact.hpp"

#include <algorithm>
#include <cstdint>

#include "media/intact_pictures.hpp"
#include "media/packet_by_packet.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

class AudioScan {
 public:
  AudioScan(const AudioInfo& audio, const AudioPlan& plan, bool entered)
      : audio_(audio), plan_(plan), entered_(entered), end_(plan.end_s) {}

  void scan(PacketByPacket& stream) {
    bool more = true;
    while (more && !damaged_ && Seconds(position_, audio_.sample_rate) < plan_.end_s) {
      more = stream.read();
      const std::int64_t before = position_;
      bool flawed = false;
      const auto take = [&](const AVFrame& frame) {
        place(stream, frame);
        flawed = flawed || is_flawed(frame);
        position_ += frame.nb_samples;
      };
      const bool damaged = stream.decode(more, take) || flawed;
      const Seconds good_until(before, audio_.sample_rate);
      if (!damaged || Seconds(position_, audio_.sample_rate) < plan_.start_s) continue;
      damaged_ = good_until < plan_.end_s;
      if (damaged_) end_ = std::max(good_until, plan_.start_s);
    }
    if (!damaged_) end_ = std::min(end_, Seconds(position_, audio_.sample_rate));
  }

  [[nodiscard]] bool damaged() const noexcept { return damaged_; }
  [[nodiscard]] Seconds end() const { return end_; }
  [[nodiscard]] bool began_in_time() const { return began_in_time_; }

 private:
  /// After a jump only the first frame's timestamp tells where we are.
  void place(const PacketByPacket& stream, const AVFrame& frame) {
    if (!entered_ || placed_) return;
    placed_ = true;
    if (frame.pts == AV_NOPTS_VALUE) {
      began_in_time_ = false;
      return;
    }
    position_ = ((stream.seconds(frame.pts) - audio_.start_s) * audio_.sample_rate).round();
    began_in_time_ = Seconds(position_, audio_.sample_rate) <= plan_.start_s;
  }

  const AudioInfo& audio_;
  const AudioPlan& plan_;
  bool entered_;
  bool placed_ = false;
  bool began_in_time_ = true;
  bool damaged_ = false;
  std::int64_t position_ = 0;  // samples since the first
  Seconds end_;
};

/// Jumps are worth their trouble only to windows that lie far in.
const Seconds worth_a_jump{2};

}  // namespace

Intact find_intact_audio(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                         const SourceOptions& options, const RunContext& context) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without sound");
  const AudioInfo& audio = *info.audio;
  const auto scan = [&](bool jump) {
    PacketByPacket stream(source, plan.stream_index, options, context);
    const bool entered = jump && stream.enter(plan.start_s + audio.start_s - 1);
    AudioScan result(audio, plan, entered);
    result.scan(stream);
    return result;
  };
  AudioScan found = scan(plan.start_s > worth_a_jump);
  const AudioScan last = found.began_in_time() ? found : scan(false);
  const bool truncated = audio.truncated && plan.end_s >= audio.duration_s;
  return {.end_s = last.end(), .damaged = truncated || last.damaged()};
}

}  // namespace react1::media
