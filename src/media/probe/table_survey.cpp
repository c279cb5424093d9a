// SPDX-License-Identifier: Apache-2.0
#include "media/probe/table_survey.hpp"

#include <algorithm>
#include <array>

namespace react1::media {
namespace {

/// More pictures than half a day at 120 per second; beyond that the packets are read.
constexpr std::int64_t most_pictures = 6'000'000;

/// Walks runs in step with the samples.
class RunCursor {
 public:
  explicit RunCursor(const std::vector<Mp4Run>& runs) : runs_(runs) {}
  /// The next sample's value; 0 when there are no runs at all.
  std::int64_t next() {
    if (runs_.empty()) return 0;
    if (used_ == runs_[at_].count) {
      ++at_;
      used_ = 0;
    }
    ++used_;
    return runs_[at_].value;
  }

 private:
  const std::vector<Mp4Run>& runs_;
  std::size_t at_ = 0;
  std::uint32_t used_ = 0;
};

std::optional<StreamSurvey> survey_pictures(const Mp4SampleTable& table, const Mp4Played& edit,
                                            std::int64_t timescale) {
  if (table.samples > most_pictures) return std::nullopt;
  StreamSurvey survey;
  RunCursor durations(table.durations);
  RunCursor offsets(table.composition_offsets);
  IntervalCounter intervals(Rational{1, timescale});
  std::int64_t decode_time = 0;
  const std::int64_t shift = edit.pause - edit.begin;
  std::optional<std::int64_t> first_sample;
  for (std::int64_t i = 0; i < table.samples; ++i) {
    const std::int64_t duration = durations.next();
    const std::int64_t at = decode_time + offsets.next();
    decode_time += duration;
    if (at < edit.begin || at >= edit.end) {
      ++survey.discarded;
      continue;
    }
    const std::int64_t time = at + shift;
    ++survey.shown;
    survey.durations += duration;
    if (duration == 0) ++survey.without_duration;
    survey.reordered = survey.reordered || (survey.last && time < *survey.last);
    if (!survey.first || time < *survey.first) {
      survey.first = time;
      first_sample = i;
    }
    if (!survey.last || time > *survey.last) {
      survey.last = time;
      survey.last_duration = duration;
    }
    survey.end = std::max(survey.end.value_or(time), time + duration);
    intervals.add(time);
  }
  intervals.finish();
  survey.timing = intervals.timing();
  survey.packets = table.samples;
  survey.first_shown = survey.first;
  survey.first_is_key = first_sample == 0 && table.first_is_sync;
  // FFmpeg moves a picture that starts a little into its edit back to the edit's start.
  const bool starts_with_edit = edit.begin == 0 || survey.first == edit.pause;
  return survey.shown > 0 && starts_with_edit ? std::optional{std::move(survey)} : std::nullopt;
}

/// Samples per packet, where that is the codec's own constant; 0 elsewhere.
std::int64_t frame_length(AVCodecParameters& codec) {
  constexpr std::array constant{AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_ALAC};
  if (std::find(constant.begin(), constant.end(), codec.codec_id) == constant.end()) return 0;
  // Any size will do: the length doesn't depend on it.
  const int length = av_get_audio_frame_duration2(&codec, /*frame_bytes=*/256);
  return length > 0 ? length : codec.frame_size;
}

std::optional<StreamSurvey> survey_sound(const Mp4SampleTable& table, const Mp4Played& edit, const AVStream& stream,
                                         std::int64_t timescale) {
  AVCodecParameters& codec = *stream.codecpar;
  const bool uncompressed = av_get_exact_bits_per_sample(codec.codec_id) > 0;
  const std::int64_t frame = uncompressed ? 1 : frame_length(codec);
  if (codec.sample_rate <= 0 || timescale != codec.sample_rate || frame <= 0 || edit.begin > timescale) {
    return std::nullopt;
  }
  if (!table.composition_offsets.empty()) return std::nullopt;
  StreamSurvey survey;
  std::int64_t time = 0;
  for (const Mp4Run& run : table.durations) {
    const std::int64_t value = run.value;
    if (value <= 0) return std::nullopt;
    // Packets that start before the edit's end are played whole.
    const std::int64_t count =
        edit.end > time ? std::min<std::int64_t>(run.count, (edit.end - time - 1) / value + 1) : 0;
    // Packets that last longer or shorter than their samples: gaps or jitter. Reading them shows which. The last one
    // may be stretched to the track's end, or end before its samples do.
    const bool is_last = &run == &table.durations.back() && run.count == 1 && value < 2 * frame;
    if (value != frame && !uncompressed && !is_last) return std::nullopt;
    survey.packets += count;
    survey.samples += count * std::min(value, frame);
    survey.durations += count * value;
    time += run.count * value;
  }
  if (survey.packets == 0) return std::nullopt;
  // An edit that ends inside the last packet ends that packet.
  const std::int64_t behind_edit = std::max<std::int64_t>(survey.durations - edit.end, 0);
  survey.durations -= behind_edit;
  survey.samples -= behind_edit;
  survey.shown = survey.packets;
  survey.skip_start = edit.begin;
  survey.first = survey.first_time = edit.pause - edit.begin;
  survey.last = survey.end = *survey.first + survey.durations;
  survey.first_is_key = true;
  return survey;
}

}  // namespace

std::optional<StreamSurvey> survey_uncompressed(const AVStream& stream, const HeaderClaim& header,
                                                const AVPacket& first, std::int64_t file_size) {
  const AVCodecParameters& codec = *stream.codecpar;
  const auto bytes = std::int64_t{codec.block_align};
  const bool counts_samples = stream.time_base.num == 1 && stream.time_base.den == codec.sample_rate;
  const bool fixed =
      std::int64_t{av_get_exact_bits_per_sample(codec.codec_id)} * codec.ch_layout.nb_channels == bytes * 8;
  if (!header.duration || !counts_samples || !fixed || bytes <= 0 || first.pos < 0 || first.pts != 0)
    return std::nullopt;
  if (*header.duration > (file_size - first.pos) / bytes) return std::nullopt;
  StreamSurvey survey;
  survey.index = stream.index;
  survey.packets = survey.shown = 1;
  survey.samples = *header.duration;
  survey.durations = *header.duration;
  survey.first = survey.first_time = 0;
  survey.last = survey.end = *header.duration;
  survey.first_is_key = true;
  return survey;
}

std::optional<StreamSurvey> survey_table(const Mp4Track& track, std::int64_t movie_timescale, const AVStream& stream,
                                         std::int64_t file_size) {
  const bool same_ticks = stream.time_base.num == 1 && stream.time_base.den == track.timescale;
  if (!track.table || !same_ticks || track.table->end_byte > file_size) return std::nullopt;
  const auto edit = played_part(track, movie_timescale);
  if (!edit) return std::nullopt;
  const bool sound = stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
  std::optional<StreamSurvey> survey = sound ? survey_sound(*track.table, *edit, stream, track.timescale)
                                             : survey_pictures(*track.table, *edit, track.timescale);
  if (survey) survey->index = stream.index;
  return survey;
}

HeaderClaim header_claim(const Mp4Track& track, std::int64_t movie_timescale) {
  std::int64_t listed = 0;
  for (const Mp4Run& run : track.table->durations) listed += std::int64_t{run.count} * run.value;
  std::int64_t duration = track.duration;
  if (listed > 0) duration = duration > 0 ? std::min(duration, listed) : listed;
  const auto played = played_part(track, movie_timescale);
  if (played && !track.edits.empty()) duration = std::min(duration, played->end - played->begin);
  HeaderClaim claim;
  if (duration > 0) claim.duration = duration;
  if (track.table->samples > 0) claim.frames = track.table->samples;
  return claim;
}

}  // namespace react1::media
