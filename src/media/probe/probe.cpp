// SPDX-License-Identifier: Apache-2.0
// Probes a source: opens it, counts its packets, and collects the facts.
#include "media/probe/probe.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "media/ff/check.hpp"
#include "media/ff/compat.hpp"
#include "media/format/mp3_facts.hpp"
#include "media/format/mp4_excerpt.hpp"
#include "media/format/mp4_layout_io.hpp"
#include "media/probe/probe_warnings.hpp"
#include "media/probe/size_watch.hpp"
#include "media/probe/stream_measure.hpp"
#include "media/probe/table_survey.hpp"
#include "media/probe/video_facts.hpp"
#include "media/probe/whole_file.hpp"
#include "media/stream/audio_count.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/limits.hpp"
#include "media/stream/packet_survey.hpp"
#include "media/stream/stream_choice.hpp"
#include "media/stream/within_reason.hpp"

namespace react1::media {
namespace {

/// Decodes the first few packets of a video whose parameters do not say whether it is interlaced.
class InterlaceLook {
 public:
  InterlaceLook(const AVStream& stream, const std::string& where, const SourceOptions& limits)
      : index_(stream.index), frame_(ff::make_frame()) {
    decoder_ = std::make_unique<Decoder>(stream, /*threads=*/1, where, limits);
  }

  [[nodiscard]] bool is_done() const noexcept { return looked_at_ >= enough_packets || found_; }

  void look(const AVPacket& packet) {
    if (packet.stream_index != index_ || is_done()) return;
    ++looked_at_;
    decoder_->decode(&packet, *frame_, [&](const AVFrame& frame) { found_ = found_ || ff::is_interlaced(frame); });
  }

  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  static constexpr int enough_packets = 8;
  int index_;
  ff::Frame frame_;
  std::unique_ptr<Decoder> decoder_;
  int looked_at_ = 0;
  bool found_ = false;
};

/// Codecs that can carry fields; the others need no check.
bool may_be_interlaced(AVCodecID codec) {
  constexpr std::array with_fields{AV_CODEC_ID_H264,    AV_CODEC_ID_HEVC,   AV_CODEC_ID_MPEG2VIDEO,
                                   AV_CODEC_ID_MPEG4,   AV_CODEC_ID_VC1,    AV_CODEC_ID_WMV3,
                                   AV_CODEC_ID_DVVIDEO, AV_CODEC_ID_PRORES, AV_CODEC_ID_DNXHD};
  return std::find(with_fields.begin(), with_fields.end(), codec) != with_fields.end();
}

bool is_picture_format(std::string_view name) {
  constexpr std::string_view pipe = "_pipe";
  return name == "image2" || name == "ico" ||
         (name.size() > pipe.size() && name.substr(name.size() - pipe.size()) == pipe);
}

std::string tag_of(const AVDictionary* tags, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(tags, key, nullptr, /*flags=*/0);
  return entry == nullptr ? std::string{} : std::string{entry->value};
}

const char* type_name(const AVCodecParameters& codec) {
  const char* name = av_get_media_type_string(codec.codec_type);
  return name == nullptr ? "data" : name;
}

StreamInfo stream_info(const AVStream& stream, const StreamChoice& choice) {
  return {.index = stream.index,
          .type = type_name(*stream.codecpar),
          .codec = stream.codecpar->codec_id == AV_CODEC_ID_NONE ? "" : avcodec_get_name(stream.codecpar->codec_id),
          .language = tag_of(stream.metadata, "language"),
          .title = tag_of(stream.metadata, "title"),
          .is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0,
          .attached_pic = is_picture(stream),
          .chosen = stream.index == choice.video || stream.index == choice.audio};
}

void add_keys(std::vector<std::string>& keys, const AVDictionary* tags) {
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(tags, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    if (std::find(keys.begin(), keys.end(), entry->key) == keys.end()) keys.emplace_back(entry->key);
  }
}

bool is_mp4(const Demuxer& demuxer) {
  return std::string_view{demuxer.format().iformat->name}.rfind("mov,", 0) == 0;
}

std::optional<Mp4Layout> layout_of(const Demuxer& demuxer, std::optional<std::int64_t> size) {
  AVIOContext* io = demuxer.format().pb;
  if (!is_mp4(demuxer) || io == nullptr || !size || (io->seekable & AVIO_SEEKABLE_NORMAL) == 0) return std::nullopt;
  return read_mp4_layout(*io, *size, Mp4Tables::at_once);
}

/// FFmpeg's reader of single WebP pictures treats the first bytes of an animation as a broken picture.
bool is_animated_webp(const Demuxer& demuxer) {
  AVIOContext* io = demuxer.format().pb;
  if (std::string_view{demuxer.format().iformat->name} != "webp_pipe" || io == nullptr) return false;
  if ((io->seekable & AVIO_SEEKABLE_NORMAL) == 0 || avio_seek(io, 0, SEEK_SET) < 0) return false;
  constexpr std::size_t flags_at = 20;
  constexpr std::uint8_t animation = 0x02;
  std::array<std::uint8_t, flags_at + 1> head{};
  if (avio_read(io, head.data(), static_cast<int>(head.size())) != static_cast<int>(head.size())) return false;
  const std::string_view text{reinterpret_cast<const char*>(head.data()), head.size()};
  return text.substr(8, 8) == "WEBPVP8X" && (head[flags_at] & animation) != 0;
}

/// Reading all of a file of this size costs less than a twentieth of a second.
constexpr std::int64_t short_file = std::int64_t{16} << 20;
/// A file of this length may be passed on as a whole, so every packet is read whatever its size.
const Seconds short_clip = 60;

/// One probing of one source; its members are the steps.
class Probe {
 public:
  Probe(const Source& source, const SourceOptions& options, const RunContext& context)
      : Probe(source, std::nullopt, options, context) {}
  /// Of a file that is long enough to be measured by its tables: FFmpeg reads only the header view.
  Probe(const Source& source, Mp4HeaderView header_view, const SourceOptions& options, const RunContext& context)
      : Probe(source, std::optional{std::move(header_view)}, options, context) {}

  /// nullopt when a header view is not sufficient.
  std::optional<MediaInfo> run() {
    if (is_animated_webp(demuxer_)) {
      throw Error{ErrorCode::media, demuxer_.name(), "is an animated WebP, which the installed FFmpeg can't decode",
                  Error::Extra{.hint = "convert it to MP4, GIF or APNG first"}};
    }
    if (!choice_.video && !choice_.audio) {
      throw Error{ErrorCode::media, demuxer_.name(), "there is neither video nor sound in this file"};
    }
    for (const auto& index : {choice_.video, choice_.audio}) {
      if (index) require_within(*demuxer_.stream(*index).codecpar, options_, demuxer_.name());
    }
    describe_file();
    if (!header_view_) layout_ = layout_of(demuxer_, info_.size_bytes);
    if (layout_) take_movie_duration();
    if (!survey()) return std::nullopt;
    if (layout_) take_layout();
    finish();
    return std::move(info_);
  }

 private:
  Probe(const Source& source, std::optional<Mp4HeaderView> header_view, const SourceOptions& options,
        const RunContext& context)
      : source_(source),
        options_(options),
        context_(context),
        header_view_(std::move(header_view)),
        demuxer_(header_view_ ? header_view_->source : source, DemuxerOptions::from(options), context),
        choice_(choose_streams(demuxer_.format())) {
    if (header_view_) take_header_view();
  }

  void take_header_view() {
    layout_ = std::move(header_view_->layout);
    // FFmpeg's average rates are those of the beginning; the rest of the file may be slower.
    for (int i = 0; i < demuxer_.stream_count(); ++i) {
      AVStream& stream = demuxer_.stream(i);
      const HeaderClaim claim = header_of(stream);
      const Mp4Track* track = track_of(stream);
      if (track == nullptr || !claim.frames || !claim.duration) continue;
      av_reduce(&stream.avg_frame_rate.num, &stream.avg_frame_rate.den, track->timescale * *claim.frames,
                *claim.duration, std::numeric_limits<int>::max());
    }
  }

  void describe_file() {
    const AVFormatContext& format = demuxer_.format();
    info_.path = demuxer_.name();
    info_.format = format.iformat->name;
    info_.size_bytes = header_view_ ? header_view_->size_bytes : demuxer_.size();
    if (const auto ticks = demuxer_.header_duration()) info_.container_duration_s = Rational{*ticks, AV_TIME_BASE};
    add_keys(info_.metadata_keys, format.metadata);
    for (int i = 0; i < demuxer_.stream_count(); ++i) {
      const AVStream& stream = demuxer_.stream(i);
      info_.streams.push_back(stream_info(stream, choice_));
      add_keys(info_.metadata_keys, stream.metadata);
      findings_.cover_art = findings_.cover_art || is_picture(stream);
    }
    findings_.videos = choice_.videos;
    findings_.audios = choice_.audios;
    findings_.starts_at_zero = (format.iformat->flags & AVFMT_TS_DISCONT) == 0;
  }

  /// A movie header of all ones means "unknown", which FFmpeg treats as a length.
  void take_movie_duration() {
    if (layout_->movie_duration <= 0 || layout_->movie_timescale <= 0) {
      info_.container_duration_s.reset();
    } else if (!info_.container_duration_s) {
      info_.container_duration_s = Rational{layout_->movie_duration, layout_->movie_timescale};
    }
  }

  bool survey() {
    std::vector<int> indexes;
    std::unique_ptr<InterlaceLook> look;
    std::optional<bool> interlaced;
    if (choice_.video) {
      AVStream& stream = demuxer_.stream(*choice_.video);
      indexes.push_back(stream.index);
      interlaced = interlaced_of(stream);
      if (!interlaced && may_be_interlaced(stream.codecpar->codec_id)) {
        look = std::make_unique<InterlaceLook>(stream, demuxer_.name(), options_);
      }
    }
    std::optional<PictureWatch> watch;
    if (choice_.video) watch.emplace(demuxer_.stream(*choice_.video));
    if (choice_.audio) indexes.push_back(*choice_.audio);
    std::vector<StreamSurvey> surveys = survey_listed(indexes);
    if (surveys.empty() && header_view_) return false;
    counted_by_ = surveys.empty() ? FactSource::packets : FactSource::sample_table;
    if (surveys.empty()) {
      surveys = survey_packets(demuxer_, indexes, [&](const AVPacket& packet) {
        if (look) look->look(packet);
        if (watch) watch->look(packet);
      });
    }
    const ff::Packet packet = ff::make_packet();
    while (look && !look->is_done() && demuxer_.read(*packet)) look->look(*packet);
    findings_.damage = demuxer_.damage();
    for (const StreamSurvey& survey : surveys) {
      findings_.corrupt_packets += survey.corrupt;
      findings_.cut_off = findings_.cut_off || survey.cut_off;
      if (survey.packets == 0) continue;  // announced, but without data
      survey.index == choice_.video ? take_video(survey) : take_audio(survey);
    }
    if (!info_.video && !info_.audio) {
      throw Error{ErrorCode::media, demuxer_.name(), "the file announces streams but holds no data",
                  Error::Extra{.hint = "its end may be missing: copy it again"}};
    }
    if (!info_.video) return true;
    info_.video->interlaced = interlaced.value_or(look && look->found());
    if (watch) watch->tell(*info_.video, first_picture_);
    return true;
  }

  /// A long file lists its contents: reading all of it would take minutes of network or disk time, with the same
  /// result. Of a short one every packet is read, which finds more. Empty when packets have to be read.
  std::vector<StreamSurvey> survey_listed(const std::vector<int>& indexes) {
    std::vector<StreamSurvey> surveys;
    const bool is_short = source_.kind() != Source::Kind::url &&
                          (info_.size_bytes.value_or(0) < short_file ||
                           (info_.container_duration_s && *info_.container_duration_s < short_clip));
    if (is_short || !info_.size_bytes) return surveys;
    for (const int index : indexes) {
      const AVStream& stream = demuxer_.stream(index);
      std::optional<StreamSurvey> survey;
      if (layout_) {
        if (const Mp4Track* track = track_of(stream)) {
          survey = survey_table(*track, layout_->movie_timescale, stream, *info_.size_bytes);
        }
      } else if (info_.format == "wav") {
        const ff::Packet packet = ff::make_packet();
        if (!demuxer_.read(*packet)) return {};
        survey = survey_uncompressed(stream, demuxer_.header(index), *packet, *info_.size_bytes);
        if (!survey) demuxer_.seek(index, 0);
      }
      if (!survey) return {};
      surveys.push_back(std::move(*survey));
    }
    return surveys;
  }

  void take_video(const StreamSurvey& survey) {
    AVStream& stream = demuxer_.stream(survey.index);
    VideoInfo video;
    fill_video_parameters(video, demuxer_.format(), stream);
    measure_video(video, survey, stream, header_of(stream));
    if (video.duration_source == FactSource::packets) video.duration_source = counted_by_;
    if (video.fps_source == FactSource::packets) video.fps_source = counted_by_;
    video.edit_list = survey.discarded > 0 && is_mp4(demuxer_);
    video.pictureless_packets = demuxer_.joined(survey.index);
    findings_.video_packets = survey.packets + video.pictureless_packets - (survey.cut_off ? 1 : 0);
    first_picture_ = survey.first.value_or(0);
    info_.still_image = is_picture_format(info_.format) || survey.shown == 1;
    if (is_picture_format(info_.format)) {  // a picture has no length; FFmpeg gives it one frame of 25 per second
      video.duration_s = 0;
      video.header_duration_s.reset();
      info_.container_duration_s.reset();
    }
    last_frame_s_ = video.fps > 0 ? 1 / video.fps : Seconds{0};
    if (survey.last_duration > 0) last_frame_s_ = Rational{survey.last_duration} * ff::from_av(stream.time_base);
    info_.video = std::move(video);
  }

  void take_audio(const StreamSurvey& survey) {
    const AVStream& stream = demuxer_.stream(survey.index);
    const HeaderClaim header = header_of(stream);
    AudioInfo audio = audio_parameters(survey, stream, header);
    if (const auto samples = samples_from_packets(survey, stream, info_.format)) {
      audio.samples = *samples;
      audio.duration_source = counted_by_;
      take_timeline(audio, survey.timeline);
    } else {
      const DecodedAudioCount decoded = count_decoded_samples(source_, survey.index, options_, context_);
      audio.samples = decoded.samples;
      if (decoded.first) audio.start_s = Rational{*decoded.first} * ff::from_av(stream.time_base);
      audio.duration_source = FactSource::decoded;
      take_timeline(audio, decoded.timeline);
    }
    if (audio.sample_rate > 0) {
      findings_.audio_trimmed_s = Rational{audio.priming + survey.skip_end, audio.sample_rate};
    }
    if (info_.format == "caf" && audio.sample_rate > 0) {
      const std::int64_t whole = survey.packets * usual_alac_packet(*stream.codecpar);
      findings_.audio_in_whole_packets_s = Rational{whole, audio.sample_rate};
    }
    if (demuxer_.mp3()) describe_mp3(audio, *demuxer_.mp3());
    findings_.audio_packets = survey.packets - (survey.cut_off ? 1 : 0);
    findings_.audio_listed = header.frames;
    info_.audio = std::move(audio);
  }

  void take_layout() {
    info_.moov_first = layout_->moov_first;
    info_.fragmented = layout_->fragmented;
    if (!info_.video) return;
    const Mp4Track* track = track_of(demuxer_.stream(info_.video->index));
    if (track == nullptr) return;
    if (track->edits_matter(layout_->movie_timescale)) info_.video->edit_list = true;
    findings_.video_bytes_present = track->table && info_.size_bytes && track->table->end_byte <= *info_.size_bytes;
  }

  /// Null when there is no layout, or no such track in it.
  [[nodiscard]] const Mp4Track* track_of(const AVStream& stream) const {
    if (!layout_) return nullptr;
    for (const Mp4Track& track : layout_->tracks) {
      if (track.id == stream.id) return &track;
    }
    return nullptr;
  }

  /// The claims of the file's header about a stream. Those of a header view are about the beginning only.
  [[nodiscard]] HeaderClaim header_of(const AVStream& stream) const {
    const Mp4Track* track = header_view_ ? track_of(stream) : nullptr;
    return track != nullptr ? header_claim(*track, layout_->movie_timescale) : demuxer_.header(stream.index);
  }

  /// The RIFF header's claim becomes the sound's header duration; FFmpeg drops it when it is wrong.
  void promise_missing_sound(std::int64_t missing) {
    if (info_.format != "wav" || missing <= 0 || !info_.audio || info_.audio->sample_rate <= 0) return;
    const int frame_bytes = demuxer_.stream(info_.audio->index).codecpar->block_align;
    if (frame_bytes <= 0) return;
    info_.audio->header_duration_s = info_.audio->duration_s + Seconds{missing / frame_bytes, info_.audio->sample_rate};
  }

  void hold_last() {
    const Mp4Track* track = track_of(demuxer_.stream(info_.video->index));
    hold_last_frame(info_, findings_, track);
    if (info_.fragmented && track != nullptr)
      hold_last_of_fragments(*info_.video, demuxer_, *layout_, *track, last_frame_s_);
  }

  void finish() {
    if (info_.format == "wav" || header_promises_more(info_, findings_)) {
      findings_.missing_bytes = missing_bytes(demuxer_);
      promise_missing_sound(findings_.missing_bytes.value_or(0));
      if (info_.video) hold_last();
    }
    if (info_.video) info_.duration_s = info_.video->duration_s;
    if (info_.audio) info_.duration_s = std::max(info_.duration_s, info_.audio->duration_s);
    mark_truncated(info_, findings_);
    info_.warnings = probe_warnings(info_, findings_);
  }

  const Source& source_;
  const SourceOptions& options_;
  const RunContext& context_;
  std::optional<Mp4HeaderView> header_view_;  // what demuxer_ reads, when there is one
  Demuxer demuxer_;
  StreamChoice choice_;
  ProbeFindings findings_;
  std::optional<Mp4Layout> layout_;
  FactSource counted_by_ = FactSource::packets;
  std::int64_t first_picture_ = 0;  // ticks
  Seconds last_frame_s_;            // its share of the video's duration
  MediaInfo info_;
};

}  // namespace

MediaInfo probe_source(const Source& source, const SourceOptions& options, const RunContext& context) {
  return within_reason(source.name(), [&] {
    if (auto header_view = view_mp4_header(source, short_file, short_clip, options, context)) {
      if (auto info = Probe{source, std::move(*header_view), options, context}.run()) return std::move(*info);
    }
    return *Probe{source, options, context}.run();
  });
}

}  // namespace react1::media
