#include "media/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "core/redact.hpp"
#include "media/demuxer.hpp"
#include "media/ff/check.hpp"
#include "media/muxer.hpp"
#include "media/source_address.hpp"
#include "media/video_packets.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

struct CloseIo {
  void operator()(AVIOContext* io) const noexcept { avio_close(io); }
};
using Io = std::unique_ptr<AVIOContext, CloseIo>;

Io open_source(const std::string& source, ff::Interrupt& interrupt, AVFormatContext& carrier) {
  interrupt.attach(carrier);
  interrupt.begin();
  ff::Dictionary settings;
  confine(settings, source);
  AVIOContext* raw = nullptr;
  const int rc =
      avio_open2(&raw, address_of(source).c_str(), AVIO_FLAG_READ, &carrier.interrupt_callback, settings.address());
  if (const auto stopped = interrupt.error(redact_url(source))) throw *stopped;
  ff::check(rc, "opening", redact_url(source));
  return Io{raw};
}

Io create(const std::filesystem::path& file) {
  AVIOContext* raw = nullptr;
  ff::check(avio_open2(&raw, file_address(file.string()).c_str(), AVIO_FLAG_WRITE, nullptr, nullptr),
            "creating the file", file.string());
  return Io{raw};
}

/// Timestamps on the result's grid: in the rate's own ticks when it is constant, else as they are.
class Retimer {
 public:
  Retimer(const VideoInfo& video, const VideoPlan& plan, const AVStream& stream)
      : from_(ff::from_av(stream.time_base)),
        start_(video.start_s + plan.start_s),
        constant_(!video.vfr && plan.fps > 0),
        fps_(plan.fps),
        reordered_(video.has_b_frames ? stream.codecpar->video_delay : 0) {
    to_ = constant_ ? AVRational{1, ff::to_av(fps_).num} : stream.time_base;
  }
  [[nodiscard]] AVRational time_base() const noexcept { return to_; }

  /// False when the packet has no time or one that decoding order can't have.
  [[nodiscard]] bool apply(AVPacket& packet) {
    if (packet.pts == AV_NOPTS_VALUE) return false;
    if (constant_) {
      place_in_decode_order(packet);
    } else {
      packet.pts = place(packet.pts);
      packet.dts = packet.dts == AV_NOPTS_VALUE ? packet.pts : place(packet.dts);
      if (last_dts_ && packet.dts <= *last_dts_) packet.dts = *last_dts_ + 1;
    }
    last_dts_ = packet.dts;
    return packet.pts >= packet.dts;
  }

 private:
  /// Every packet is one frame, so its number is its decoding time. Matroska stores none, and those that are guessed
  /// for it begin with a gap.
  void place_in_decode_order(AVPacket& packet) {
    const std::int64_t tick = fps_.den();
    packet.pts = place(packet.pts);
    if (!last_dts_ && packet.dts != AV_NOPTS_VALUE) {
      reordered_ = std::max(reordered_, (packet.pts - place(packet.dts)) / tick);
    }
    packet.dts = last_dts_ ? *last_dts_ + tick : packet.pts - reordered_ * tick;
    packet.duration = tick;
  }

  [[nodiscard]] std::int64_t place(std::int64_t ticks) const {
    const Seconds time = Rational(ticks) * from_ - start_;
    return constant_ ? (time * fps_).round() * fps_.den() : (time / from_).round();
  }

  Rational from_;
  Seconds start_;
  bool constant_;
  Rational fps_;
  std::int64_t reordered_;  // frames by which decoding runs ahead
  AVRational to_{1, 1};
  std::optional<std::int64_t> last_dts_;
};

}  // namespace

void copy_bytes(const std::string& source, std::optional<std::int64_t> expected, const std::filesystem::path& file,
                const SourceOptions& options, const RunContext& context) {
  const std::string name = redact_url(source);
  ff::Interrupt interrupt(context.stop, options.stall_timeout);
  // The stall clock counts the bytes of a format context; this one only carries the I/O context to it.
  const ff::InputFormat carrier{avformat_alloc_context()};
  if (!carrier) throw std::bad_alloc{};
  const Io in = open_source(source, interrupt, *carrier);
  Io out = create(file);
  std::vector<unsigned char> block(std::size_t{1} << 20U);
  std::int64_t copied = 0;
  for (;;) {
    context.throw_if_stopped();
    interrupt.begin();
    const int got = avio_read_partial(in.get(), block.data(), static_cast<int>(block.size()));
    if (const auto stopped = interrupt.error(name)) throw *stopped;
    if (got == AVERROR_EOF || got == 0) break;
    ff::check(got, "reading", name);
    avio_write(out.get(), block.data(), got);
    ff::check(out->error, "writing the file", file.string());
    copied += got;
    context.observer->on_progress({Stage::prepare, copied, expected, "bytes"});
  }
  avio_flush(out.get());
  ff::check(out->error, "writing the file", file.string());
  ff::check(avio_close(out.release()), "closing the file", file.string());
  if (expected && copied != *expected) {
    throw Error(ErrorCode::media, name,
                fmt::format("has {} bytes now and had {} when it was looked at", copied, *expected),
                {.hint = "it may still be being written; try again when it is complete"});
  }
}

void copy_video_packets(const std::string& source, const MediaInfo& info, const VideoPlan& plan,
                        const std::filesystem::path& file, const SourceOptions& options, const RunContext& context) {
  if (!info.video) throw Error(ErrorCode::internal, info.path, "a video plan was made for a file without video");
  const VideoInfo& video = *info.video;
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  VideoPackets source_packets(source, video, plan, options, quiet);
  Demuxer& demuxer = source_packets.demuxer();
  const AVStream& stream = demuxer.stream(plan.stream_index);
  Retimer retimer(video, plan, stream);
  Muxer muxer(file, Container::mp4);
  muxer.add_stream(*stream.codecpar, retimer.time_base());
  muxer.start(/*reordered=*/video.has_b_frames);

  // A cut ends in the middle of the file; a remux takes what comes, so that a longer file than was probed shows.
  const bool whole = plan.action == ClipAction::remux;
  const std::int64_t wanted = whole ? video.frames : plan.frames;
  const ff::Packet packet = ff::make_packet();
  std::int64_t packets = 0;
  while ((whole || packets < wanted) && source_packets.read(*packet)) {
    if (!retimer.apply(*packet)) {
      throw Error(ErrorCode::media, demuxer.name(),
                  fmt::format("packet {} has a timestamp that can't be put into MP4", packets + 1),
                  {.hint = "the file's index may be damaged; export it again"});
    }
    muxer.write(*packet);
    context.observer->on_progress({Stage::prepare, ++packets, wanted, "frames"});
  }
  if (demuxer.damage() || packets < wanted) {
    throw Error(ErrorCode::media, demuxer.name(),
                fmt::format("{} of {} frames can be read; the file is truncated or damaged", packets, wanted),
                {.detail = demuxer.damage().value_or(""), .hint = "copy or export the file again"});
  }
  muxer.finish();
}

void copy_audio_packets(const std::string& source, const MediaInfo& info, const AudioPlan& plan,
                        const std::filesystem::path& file, const SourceOptions& options, const RunContext& context) {
  if (!info.audio) throw Error(ErrorCode::internal, info.path, "an audio plan was made for a file without sound");
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  Demuxer demuxer(source, DemuxerOptions::from(options), quiet);
  const std::array chosen{plan.stream_index};
  demuxer.select(chosen);
  const AVStream& stream = demuxer.stream(plan.stream_index);
  stream.codecpar->initial_padding = static_cast<int>(info.audio->priming);  // the fresh tag repeats it
  Muxer muxer(file, Container::mp3);
  muxer.add_stream(*stream.codecpar, stream.time_base);
  muxer.start(/*reordered=*/false);
  const bool whole = plan.action != ClipAction::cut;
  const ff::Packet packet = ff::make_packet();
  std::int64_t packets = 0;
  while ((whole || packets < plan.packets) && demuxer.read(*packet)) {
    muxer.write(*packet);
    ++packets;
    context.observer->on_progress(
        {Stage::prepare, packets, whole ? std::nullopt : std::optional(plan.packets), "packets"});
  }
  if (demuxer.damage() || (!whole && packets < plan.packets)) {
    throw Error(ErrorCode::media, demuxer.name(), "the sound ends before the file does; it is damaged",
                {.detail = demuxer.damage().value_or(""), .hint = "copy or export the file again"});
  }
  muxer.finish();
}

}  // namespace react1::media
