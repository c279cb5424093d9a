#include "media/measure.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "core/atomic_file.hpp"
#include "media/decoder.hpp"
#include "media/demuxer.hpp"
#include "media/ff/check.hpp"
#include "media/frame_rate.hpp"
#include "media/mp3_frames.hpp"
#include "media/mp4_layout.hpp"
#include "media/stream_choice.hpp"

namespace react1::media {
namespace {

using Measures = std::vector<DurationMeasure>;

/// A clip that is measured is a prepared one; this is far above what 15 s take in any quality.
constexpr std::size_t most_bytes = std::size_t{4} << 30U;

bool is_measured(const AVStream& stream) {
  const AVMediaType type = stream.codecpar->codec_type;
  return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO) && !is_picture(stream);
}

/// "decoded", or "decoded#1" in a file of several streams.
std::string name_for(const Demuxer& demuxer, const char* name, int index) {
  int measured = 0;
  for (int i = 0; i < demuxer.stream_count(); ++i) measured += is_measured(demuxer.stream(i)) ? 1 : 0;
  return measured > 1 ? name + ("#" + std::to_string(index)) : std::string{name};
}

/// What one reader adds up about one stream.
struct StreamSums {
  bool measured = false;
  Rational tick = 0;
  std::optional<std::int64_t> first, end;  // of shown packets
  std::int64_t durations = 0;              // of all packets
  std::unique_ptr<Decoder> decoder;
  Seconds samples_s;  // sum of samples / rate, frame by frame
  std::int64_t frames = 0;
  std::optional<std::int64_t> first_frame, last_frame;
  std::int64_t last_frame_ticks = 0;
  IntervalCounter intervals;

  void add(const AVPacket& packet) {
    durations += std::max<std::int64_t>(packet.duration, 0);
    const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (time == AV_NOPTS_VALUE || (packet.flags & AV_PKT_FLAG_DISCARD) != 0) return;
    first = std::min(first.value_or(time), time);
    end = std::max(end.value_or(time), time + std::max<std::int64_t>(packet.duration, 0));
    if (packet.duration > 0) last_frame_ticks = packet.duration;
  }

  void add(const AVFrame& frame) {
    if (frame.nb_samples > 0) {
      if (frame.sample_rate > 0) samples_s = samples_s + Rational{frame.nb_samples, frame.sample_rate};
      return;
    }
    ++frames;
    if (frame.best_effort_timestamp == AV_NOPTS_VALUE) return;
    first_frame = std::min(first_frame.value_or(frame.best_effort_timestamp), frame.best_effort_timestamp);
    last_frame = std::max(last_frame.value_or(frame.best_effort_timestamp), frame.best_effort_timestamp);
    intervals.add(frame.best_effort_timestamp);
  }

  [[nodiscard]] Seconds decoded() {
    if (frames == 0) return samples_s;
    intervals.finish();
    const FrameRate rate = frame_rate(intervals.intervals(), tick, /*hint=*/0);
    const std::int64_t last = rate.median_ticks > 0 ? rate.median_ticks : last_frame_ticks;
    const Seconds span = first_frame ? Rational{*last_frame - *first_frame + last} * tick : Rational{0};
    // The larger of the two: a reader may multiply, or may look at the times.
    return rate.fps > 0 ? std::max(Rational{frames} / rate.fps, rate.vfr ? span : Rational{0}) : span;
  }
};

/// Reads and decodes all streams of `demuxer`. `as_stored`: priming and padding are kept.
std::vector<StreamSums> read_all(Demuxer& demuxer, bool as_stored, const RunContext& context) {
  std::vector<StreamSums> sums(static_cast<std::size_t>(demuxer.stream_count()));
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    StreamSums& sum = sums[static_cast<std::size_t>(i)];
    const AVStream& stream = demuxer.stream(i);
    sum.measured = is_measured(stream);
    sum.tick = ff::from_av(stream.time_base);
    if (!sum.measured) continue;
    sum.decoder = std::make_unique<Decoder>(stream, /*threads=*/0, demuxer.name());
    if (as_stored) sum.decoder->context().flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
  }
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  while (demuxer.read(*packet)) {
    context.throw_if_stopped();
    const auto at = static_cast<std::size_t>(packet->stream_index);
    if (at >= sums.size() || !sums[at].measured) continue;
    sums[at].add(*packet);
    sums[at].decoder->decode(packet.get(), *frame, [&](const AVFrame& decoded) { sums[at].add(decoded); });
  }
  for (StreamSums& sum : sums) {
    if (sum.measured) sum.decoder->decode(nullptr, *frame, [&](const AVFrame& decoded) { sum.add(decoded); });
  }
  return sums;
}

void refuse_damage(const Demuxer& demuxer, const std::vector<StreamSums>& sums) {
  std::int64_t damaged = 0;
  for (const StreamSums& sum : sums) damaged += sum.measured ? sum.decoder->damaged() : 0;
  if (!demuxer.damage() && damaged == 0) return;
  throw Error{ErrorCode::media, demuxer.name(), "the clip is damaged, so its length can't be proved",
              Error::Extra{.detail = demuxer.damage().value_or(std::to_string(damaged) + " packets can't be decoded")}};
}

void measure_as_played(Measures& measures, const std::string& path, const RunContext& context) {
  Demuxer demuxer{path, DemuxerOptions{}, context};
  const AVFormatContext& format = demuxer.format();
  if (format.duration > 0) measures.push_back({"container_header", Rational{format.duration, AV_TIME_BASE}});
  std::vector<StreamSums> sums = read_all(demuxer, /*as_stored=*/false, context);
  refuse_damage(demuxer, sums);
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    StreamSums& sum = sums[static_cast<std::size_t>(i)];
    if (!sum.measured) continue;
    const auto add = [&](const char* name, const Seconds& value) {
      measures.push_back({name_for(demuxer, name, i), value});
    };
    const std::int64_t header = demuxer.stream(i).duration;
    if (header > 0) add("stream_header", Rational{header} * sum.tick);
    add("packets_sum", Rational{sum.durations} * sum.tick);
    if (sum.first) add("packets_span_edit_list_honoured", Rational{*sum.end - *sum.first} * sum.tick);
    if (sum.first && *sum.first > 0) add("packets_end_edit_list_honoured", Rational{*sum.end} * sum.tick);
    add("decoded", sum.decoded());
  }
}

void measure_as_stored(Measures& measures, const std::string& path, const RunContext& context) {
  Demuxer demuxer{path, DemuxerOptions{.ignore_edit_list = true}, context};
  std::vector<StreamSums> sums = read_all(demuxer, /*as_stored=*/true, context);
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    StreamSums& sum = sums[static_cast<std::size_t>(i)];
    if (!sum.measured) continue;
    // A reader that starts at zero counts a late start in; one before zero is no gain, so it is counted as well.
    if (sum.first) {
      const std::int64_t from = std::min<std::int64_t>(*sum.first, 0);
      measures.push_back({name_for(demuxer, "packets_span_from_zero", i), Rational{*sum.end - from} * sum.tick});
    }
    measures.push_back({name_for(demuxer, "decoded_edit_list_ignored", i), sum.decoded()});
  }
}

void measure_boxes(Measures& measures, const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
  const auto layout = read_mp4_layout(
      [&](std::int64_t offset, std::span<std::uint8_t> buffer) -> std::size_t {
        file.clear();
        file.seekg(offset);
        file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
        return static_cast<std::size_t>(file.gcount());
      },
      size);
  if (!layout) return;
  const auto add = [&](const char* name, std::int64_t ticks, std::int64_t timescale) {
    if (ticks > 0 && timescale > 0) measures.push_back({name, Rational{ticks, timescale}});
  };
  add("mp4_movie_header", layout->movie_duration, layout->movie_timescale);
  for (const Mp4Track& track : layout->tracks) {
    add("mp4_media_header", track.duration, track.timescale);
    std::int64_t edits = 0;
    for (const Mp4Edit& edit : track.edits) edits += std::max<std::int64_t>(edit.duration, 0);
    add("mp4_edit_list", edits, layout->movie_timescale);
  }
}

void measure_mp3(Measures& measures, const std::string& path) {
  const std::string content = read_file(path, most_bytes);
  const auto frames = count_mp3_frames({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  if (!frames) return;
  measures.push_back({"mp3_frames_with_tag", frames->with_tag});
  measures.push_back({"mp3_frames_without_tag", frames->without_tag});
}

}  // namespace

Measures measure_durations(const std::string& path, const RunContext& context) {
  Measures measures;
  measure_as_played(measures, path, context);
  measure_as_stored(measures, path, context);
  std::string format;
  {
    const Demuxer demuxer{path, DemuxerOptions{}, context};
    format = demuxer.format().iformat->name;
  }
  if (format.rfind("mov,", 0) == 0) measure_boxes(measures, path);
  if (format == "mp3") measure_mp3(measures, path);
  return measures;
}

DurationMeasure longest(const Measures& measures) {
  DurationMeasure result;
  for (const DurationMeasure& measure : measures) {
    if (result.name.empty() || measure.duration_s > result.duration_s) result = measure;
  }
  return result;
}

}  // namespace react1::media
