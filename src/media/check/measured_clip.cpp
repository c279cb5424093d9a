// SPDX-License-Identifier: Apache-2.0
#include "media/check/measured_clip.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "core/atomic_file.hpp"
#include "media/check/clip_reading.hpp"
#include "media/ff/check.hpp"
#include "media/format/mp3_frames.hpp"
#include "media/format/mp4_layout.hpp"
#include "media/probe/stream_measure.hpp"
#include "media/probe/video_facts.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/stream_choice.hpp"

namespace react1::media {
namespace {

using Measures = std::vector<DurationMeasure>;
using Readings = std::vector<StreamReading>;

/// Measured clips are prepared ones; this is far above the size of 15 s in any quality.
constexpr std::size_t most_bytes = std::size_t{4} << 30U;

bool is_mp4(const Demuxer& demuxer) {
  return std::string_view{demuxer.format().iformat->name}.rfind("mov,", 0) == 0;
}

/// "decoded", or "decoded#1" in a file of several streams.
std::string name_for(const Readings& readings, const char* name, int index) {
  const auto read = std::count_if(readings.begin(), readings.end(), [](const auto& one) { return one.is_read(); });
  return read > 1 ? name + ("#" + std::to_string(index)) : std::string{name};
}

void add_as_played(Measures& measures, const Demuxer& demuxer, const Readings& readings,
                   const std::vector<StreamReading::Decoded>& decoded) {
  const AVFormatContext& format = demuxer.format();
  if (format.duration > 0) measures.push_back({"container_header", Rational{format.duration, AV_TIME_BASE}});
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    const StreamReading& reading = readings[static_cast<std::size_t>(i)];
    if (!reading.is_read()) continue;
    const Rational tick = ff::from_av(demuxer.stream(i).time_base);
    const auto add = [&](const char* name, const Seconds& value) {
      measures.push_back({name_for(readings, name, i), value});
    };
    const std::int64_t header = demuxer.stream(i).duration;
    if (header > 0) add("stream_header", Rational{header} * tick);
    add("packets_sum", Rational{reading.durations()} * tick);
    if (reading.first()) {
      add("packets_span_edit_list_honoured", Rational{*reading.end() - *reading.first()} * tick);
      if (*reading.first() > 0) add("packets_end_edit_list_honoured", Rational{*reading.end()} * tick);
    }
    add("decoded", decoded[static_cast<std::size_t>(i)].shown);
  }
}

void add_as_stored(Measures& measures, const Demuxer& demuxer, const Readings& readings,
                   const std::vector<StreamReading::Decoded>& decoded) {
  for (int i = 0; i < demuxer.stream_count(); ++i) {
    const StreamReading& reading = readings[static_cast<std::size_t>(i)];
    if (!reading.is_read()) continue;
    // A reader that starts at zero includes a late start; a start before zero is counted too.
    if (reading.first()) {
      const std::int64_t from = std::min<std::int64_t>(*reading.first(), 0);
      measures.push_back({name_for(readings, "packets_span_from_zero", i),
                          Rational{*reading.end() - from} * ff::from_av(demuxer.stream(i).time_base)});
    }
    measures.push_back({name_for(readings, "decoded_edit_list_ignored", i), decoded[static_cast<std::size_t>(i)].all});
  }
}

std::vector<StreamReading::Decoded> decoded_of(Readings& readings) {
  std::vector<StreamReading::Decoded> decoded;
  decoded.reserve(readings.size());
  for (StreamReading& reading : readings) {
    decoded.push_back(reading.is_read() ? reading.decoded() : StreamReading::Decoded{});
  }
  return decoded;
}

// The clip's properties, as in probe()
// -----------------------------------------------------------------------------

void describe_video(MeasuredClip& clip, const Demuxer& demuxer, StreamReading& reading, int index) {
  AVStream& stream = demuxer.stream(index);
  VideoInfo video;
  fill_video_parameters(video, demuxer.format(), stream);
  measure_video(video, reading.survey(), stream, demuxer.header(index));
  clip.video = PreparedClip::Video{.frames = video.frames,
                                   .fps = video.fps,
                                   .width = video.display_width,
                                   .height = video.display_height,
                                   .codec = video.codec,
                                   .pix_fmt = video.pix_fmt};
  clip.duration_s = video.fps > 0 ? Rational(video.frames) / video.fps : video.duration_s;
}

void describe_audio(MeasuredClip& clip, const Demuxer& demuxer, StreamReading& reading, std::int64_t decoded_samples,
                    int index) {
  const AVStream& stream = demuxer.stream(index);
  const StreamSurvey survey = reading.survey();
  const AudioInfo audio = audio_parameters(survey, stream, demuxer.header(index));
  const std::int64_t samples =
      samples_from_packets(survey, stream, demuxer.format().iformat->name).value_or(decoded_samples);
  clip.audio = PreparedClip::Audio{
      .samples = samples, .sample_rate = audio.sample_rate, .channels = audio.channels, .codec = audio.codec};
  if (!clip.video && audio.sample_rate > 0) clip.duration_s = Rational(samples, audio.sample_rate);
}

void describe(MeasuredClip& clip, const Demuxer& demuxer, Readings& readings,
              const std::vector<StreamReading::Decoded>& decoded) {
  const StreamChoice choice = choose_streams(demuxer.format());
  if (choice.video) describe_video(clip, demuxer, readings[static_cast<std::size_t>(*choice.video)], *choice.video);
  if (!choice.audio) return;
  const auto at = static_cast<std::size_t>(*choice.audio);
  describe_audio(clip, demuxer, readings[at], decoded[at].shown_samples, *choice.audio);
}

// The boxes and frames themselves
// --------------------------------------------------------------------------------------

std::optional<Mp4Layout> layout_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
  return read_mp4_layout(
      [&](std::int64_t offset, std::span<std::uint8_t> buffer) -> std::size_t {
        file.clear();
        file.seekg(offset);
        file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
        return static_cast<std::size_t>(file.gcount());
      },
      size);
}

void measure_boxes(Measures& measures, const Mp4Layout& layout) {
  const auto add = [&](const char* name, std::int64_t ticks, std::int64_t timescale) {
    if (ticks > 0 && timescale > 0) measures.push_back({name, Rational{ticks, timescale}});
  };
  add("mp4_movie_header", layout.movie_duration, layout.movie_timescale);
  for (const Mp4Track& track : layout.tracks) {
    add("mp4_media_header", track.duration, track.timescale);
    std::int64_t edits = 0;
    for (const Mp4Edit& edit : track.edits) edits += std::max<std::int64_t>(edit.duration, 0);
    add("mp4_edit_list", edits, layout.movie_timescale);
  }
}

bool has_edits(const Mp4Layout& layout) {
  return std::any_of(layout.tracks.begin(), layout.tracks.end(),
                     [](const auto& track) { return !track.edits.empty(); });
}

void measure_mp3(Measures& measures, const std::string& path) {
  const std::string content = read_file(path, most_bytes);
  const auto frames = count_mp3_frames({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  if (!frames) return;
  measures.push_back({"mp3_frames_with_tag", frames->with_tag});
  measures.push_back({"mp3_frames_without_tag", frames->without_tag});
}

bool need_decoding(const Readings& readings) {
  return std::any_of(readings.begin(), readings.end(), [](const auto& reading) { return reading.needs_decoding(); });
}

/// nullopt when pictures have to be decoded after all.
std::optional<MeasuredClip> measure(const std::string& path, bool decode_pictures, const RunContext& context) {
  MeasuredClip clip;
  Demuxer demuxer{path, DemuxerOptions{.ignore_edit_list = true, .header_is_enough = true, .packets_as_stored = true},
                  context};
  const auto layout = is_mp4(demuxer) ? layout_of(path) : std::nullopt;
  Readings as_stored = read_clip(demuxer, {.decode_pictures = decode_pictures, .keep_padding = true}, context);
  if (need_decoding(as_stored)) return std::nullopt;
  const auto stored = decoded_of(as_stored);
  if (layout && has_edits(*layout)) {
    Demuxer player{path, DemuxerOptions{.header_is_enough = true, .packets_as_stored = true}, context};
    Readings as_played = read_clip(player, {.decode_pictures = decode_pictures}, context);
    const auto played = decoded_of(as_played);
    add_as_played(clip.measures, player, as_played, played);
    describe(clip, player, as_played, played);
  } else {  // the same for a player, except for the sound's padding, which was reported
    add_as_played(clip.measures, demuxer, as_stored, stored);
    describe(clip, demuxer, as_stored, stored);
  }
  add_as_stored(clip.measures, demuxer, as_stored, stored);
  if (layout) measure_boxes(clip.measures, *layout);
  if (std::string_view{demuxer.format().iformat->name} == "mp3") measure_mp3(clip.measures, path);
  return clip;
}

}  // namespace

MeasuredClip measure_clip(const std::string& path, const RunContext& context, Pictures pictures) {
  std::optional<MeasuredClip> clip = measure(path, pictures == Pictures::decoded, context);
  if (!clip) clip = measure(path, /*decode_pictures=*/true, context);
  return std::move(clip.value());
}

Measures measure_durations(const std::string& path, const RunContext& context) {
  return measure_clip(path, context).measures;
}

DurationMeasure longest(const Measures& measures) {
  DurationMeasure result;
  for (const DurationMeasure& measure : measures) {
    if (result.name.empty() || measure.duration_s > result.duration_s) result = measure;
  }
  return result;
}

}  // namespace react1::media
