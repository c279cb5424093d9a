#include "media/intact.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "media/decoder.hpp"
#include "media/demuxer.hpp"
#include "media/ff/check.hpp"
#include "media/sound_reader.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// H.264 and HEVC show a frame at most 16 packets after its own; twice that also covers streams beyond the rules.
constexpr std::size_t reorder_depth = 32;

/// One stream of a source, decoded packet by packet so that damage can be told to the packet.
class PacketByPacket {
 public:
  PacketByPacket(const Source& source, int index, const SourceOptions& options, const RunContext& context)
      : context_(context),
        demuxer_(source, DemuxerOptions::from(options), context),
        stream_(demuxer_.stream(index)),
        tick_(ff::from_av(stream_.time_base)),
        decoder_(stream_, /*threads=*/1, demuxer_.name()) {
    const std::array wanted{index};
    demuxer_.select(wanted);
  }

  /// Goes near `time` on the file's own timeline; false when the source can't be entered in the middle.
  bool enter(const Seconds& time) {
    try {
      demuxer_.seek(stream_.index, (time / tick_).floor());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::media) throw;
      return false;
    }
    decoder_.flush();
    return true;
  }

  [[nodiscard]] bool read() {
    context_.throw_if_stopped();
    return demuxer_.read(*packet_);
  }

  /// Gives the decoded frames to `sink`; true when damage showed meanwhile. Nothing to read: drains.
  template <class Sink>
  bool decode(bool packet, Sink&& sink) {
    const std::int64_t before = decoder_.damaged();
    decoder_.decode(packet ? packet_.get() : nullptr, *frame_, sink);
    return decoder_.damaged() > before;
  }

  [[nodiscard]] const AVPacket& packet() const { return *packet_; }
  [[nodiscard]] Seconds seconds(std::int64_t ticks) const { return Rational(ticks) * tick_; }

 private:
  const RunContext& context_;
  Demuxer demuxer_;
  AVStream& stream_;
  Rational tick_;
  Decoder decoder_;
  ff::Packet packet_ = ff::make_packet();
  ff::Frame frame_ = ff::make_frame();
};

bool is_flawed(const AVFrame& frame) {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

/// The video side. Packets come in decoding order: what may be spoilt is everything shown from the earliest
/// presentation time among the damaged packet and those behind it.
class VideoScan {
 public:
  VideoScan(const VideoInfo& video, const VideoPlan& plan) : video_(video), plan_(plan), end_(plan.end_s) {}

  void scan(PacketByPacket& stream) {
    const auto take = [&](const AVFrame& frame) { take_frame(stream, frame); };
    while (!behind_window() && stream.read()) {
      note_packet(stream);
      if (stream.decode(/*packet=*/true, take)) spoil_from(times_.size() - 1);
      if (spoilt_from_) break;
    }
    while (spoilt_from_ && times_.size() < *spoilt_from_ + reorder_depth && stream.read()) note_packet(stream);
    (void)stream.decode(/*packet=*/false, take);  // marks what it finds in the frames that were still inside
    if (spoilt_from_) shorten_to(earliest_from(*spoilt_from_));
    if (last_frame_) shorten_to(*last_frame_ + interval());
  }

  [[nodiscard]] Seconds end() const { return last_frame_ ? end_ : plan_.start_s; }
  [[nodiscard]] std::optional<Seconds> first() const { return first_frame_; }

 private:
  [[nodiscard]] Seconds interval() const { return video_.fps > 0 ? 1 / video_.fps : Seconds(0); }

  /// True once every packet of the window must have been read.
  [[nodiscard]] bool behind_window() const { return packets_behind_ > reorder_depth; }

  void note_packet(const PacketByPacket& stream) {
    const std::int64_t ticks = stream.packet().pts != AV_NOPTS_VALUE ? stream.packet().pts : stream.packet().dts;
    const Seconds time = ticks == AV_NOPTS_VALUE ? Rational(static_cast<std::int64_t>(times_.size())) * interval()
                                                 : stream.seconds(ticks) - video_.start_s;
    times_.push_back(time);
    if (time >= plan_.end_s) ++packets_behind_;
  }

  void take_frame(const PacketByPacket& stream, const AVFrame& frame) {
    const std::int64_t ticks = frame.best_effort_timestamp;
    const Seconds time =
        ticks == AV_NOPTS_VALUE ? Rational(frames_) * interval() : stream.seconds(ticks) - video_.start_s;
    ++frames_;
    if (!first_frame_) first_frame_ = time;
    if (time + interval() <= plan_.start_s) return;
    if (is_flawed(frame)) {
      const auto packet = std::find(times_.begin(), times_.end(), time);
      spoil_from(static_cast<std::size_t>(packet - times_.begin()));
      shorten_to(time);
      return;
    }
    last_frame_ = std::max(last_frame_.value_or(time), time);
  }

  void spoil_from(std::size_t packet) {
    if (packet >= times_.size() || times_[packet] >= plan_.end_s) return;
    if (times_[packet] + interval() <= plan_.start_s) return;
    spoilt_from_ = std::min(spoilt_from_.value_or(packet), packet);
  }

  [[nodiscard]] Seconds earliest_from(std::size_t packet) const {
    return *std::min_element(times_.begin() + static_cast<std::ptrdiff_t>(packet), times_.end());
  }

  void shorten_to(const Seconds& time) { end_ = std::min(end_, std::max(time, plan_.start_s)); }

  const VideoInfo& video_;
  const VideoPlan& plan_;
  Seconds end_;
  std::vector<Seconds> times_;  // of the packets read, in decoding order
  std::size_t packets_behind_ = 0;
  std::int64_t frames_ = 0;
  std::optional<Seconds> first_frame_, last_frame_;
  std::optional<std::size_t> spoilt_from_;
};

/// A window's end is that of its last frame, give or take the rounding of timestamps.
bool lies_before(const Seconds& end, const Seconds& wanted, const Seconds& interval) {
  return end + interval / 2 < wanted;
}

/// Reads the window frame by frame; what a damaged packet leads to is spoilt from its first sample on.
class AudioScan {
 public:
  AudioScan(const Source& source, const AudioInfo& audio, const AudioPlan& plan, const SourceOptions& options,
            const RunContext& context)
      : plan_(plan),
        reader_(source, audio, {.stream_index = plan.stream_index, .start_s = plan.start_s, .end_s = plan.end_s},
                options, context),
        end_(plan.end_s) {}

  void scan() {
    std::int64_t good_until = 0;
    std::int64_t counted = reader_.decoder().damaged();
    bool begun = false;
    while (const AVFrame* frame = reader_.next()) {
      if (!std::exchange(begun, true)) good_until = reader_.first_sample();
      const bool damaged = reader_.decoder().damaged() > counted || is_flawed(*frame);
      counted = reader_.decoder().damaged();
      const Seconds good_end = reader_.timeline().end_time_of(good_until);
      if (good_end >= plan_.end_s) return;
      if (damaged && reader_.timeline().end_time_of(reader_.position()) > plan_.start_s) {
        end_at(good_end);
        return;
      }
      good_until = reader_.position();
    }
    const Seconds good_end = reader_.timeline().end_time_of(good_until);
    if (reader_.decoder().damaged() > counted && good_end < plan_.end_s) return end_at(good_end);
    end_ = std::min(end_, std::max(good_end, plan_.start_s));
  }

  [[nodiscard]] bool damaged() const noexcept { return damaged_; }
  [[nodiscard]] Seconds end() const { return end_; }

 private:
  void end_at(const Seconds& time) {
    damaged_ = true;
    end_ = std::max(time, plan_.start_s);
  }

  const AudioPlan& plan_;
  SoundReader reader_;
  bool damaged_ = false;
  Seconds end_;
};

/// Jumps are worth their trouble only to windows that lie far in.
const Seconds worth_a_jump{2};

}  // namespace

Intact find_intact_video(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                         const SourceOptions& options, const RunContext& context) {
  if (!info.video) throw Error(ErrorCode::internal, info.path, "a video plan was made for a file without video");
  const VideoInfo& video = *info.video;
  const Seconds interval = video.fps > 0 ? 1 / video.fps : Seconds(0);
  const auto scan = [&](bool jump) {
    PacketByPacket stream(source, plan.stream_index, options, context);
    const bool entered = jump && stream.enter(plan.start_s + video.start_s - 1);
    VideoScan result(video, plan);
    result.scan(stream);
    const bool missed = entered && (!result.first() || *result.first() > plan.start_s);
    return std::pair(std::move(result), missed);
  };
  auto [found, missed] = scan(plan.start_s > worth_a_jump);
  const Seconds end = missed ? scan(false).first.end() : found.end();
  const bool truncated = video.truncated && plan.end_s >= video.duration_s;
  return {.end_s = end, .damaged = truncated || lies_before(end, plan.end_s, interval)};
}

Intact find_intact_audio(const Source& source, const MediaInfo& info, const AudioPlan& plan,
                         const SourceOptions& options, const RunContext& context) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without sound");
  const AudioInfo& audio = *info.audio;
  AudioScan scan(source, audio, plan, options, context);
  scan.scan();
  const bool truncated = audio.truncated && plan.end_s >= audio.duration_s;
  return {.end_s = scan.end(), .damaged = truncated || scan.damaged()};
}

}  // namespace react1::media
