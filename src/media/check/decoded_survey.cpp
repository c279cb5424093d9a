// SPDX-License-Identifier: Apache-2.0
#include "media/check/decoded_survey.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <react1/error.hpp>

#include "core/sha256.hpp"
#include "media/ff/check.hpp"
#include "media/picture/thumbnail.hpp"
#include "media/sound/audio_level.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/measured_rate.hpp"
#include "media/stream/stream_choice.hpp"

namespace react1::media {
namespace {

/// A picture counts as a repeat when none of its 8×8 blocks changed by more than this (0..1). Encoders leave up to
/// about half a grey level of noise in a block of a repeated picture; a mouth that moves changes its blocks by several
/// levels.
constexpr double freeze_change = 1.0 / 255;
/// 20 of limited range (16..235), on the thumbnails' full range.
constexpr double black_luma = (20.0 - 16.0) / (235.0 - 16.0);
constexpr std::size_t first_frames = 10;
constexpr std::size_t most_compared = 1800;
constexpr int compared_size = 96;

/// The longest stretch of frames for which a condition held, in seconds from its first to its last frame's end.
class LongestRun {
 public:
  void add(bool holds, double start_s, double end_s) {
    if (holds && !from_) from_ = start_s;
    if (!holds) from_.reset();
    if (from_) longest_ = std::max(longest_, end_s - *from_);
  }
  [[nodiscard]] double longest() const noexcept { return longest_; }

 private:
  std::optional<double> from_;
  double longest_ = 0;
};

class VideoSurvey {
 public:
  VideoSurvey(const AVStream& stream, const std::string& where, ComparedPictures* pictures)
      : index_(stream.index),
        tick_(ff::from_av(stream.time_base)),
        decoder_(stream, /*threads=*/0, where),
        pictures_(pictures),
        intervals_(tick_) {
    const AVRational rate = stream.avg_frame_rate;
    if (rate.num > 0 && rate.den > 0) hint_ = ff::from_av(rate);
  }

  [[nodiscard]] int index() const noexcept { return index_; }
  [[nodiscard]] Decoder& decoder() noexcept { return decoder_; }

  void add(const AVFrame& frame, DecodedFacts& facts) {
    if (facts.frames++ == 0) {
      facts.width = frame.width;
      facts.height = frame.height;
      thumbnailer_ = Thumbnailer::shaped_like(frame.width, frame.height);
    }
    facts.size_changes = facts.size_changes || frame.width != facts.width || frame.height != facts.height;
    thumbnailer_->shrink(frame, current_);
    facts.signatures.push_back(gradient_signature(current_));
    if (pictures_ != nullptr && pictures_->size() < most_compared) {
      compared_.shrink(frame, pictures_->emplace_back());
    }
    // Places in seconds are only for the lengths of runs; the count and rate below are exact.
    const double frame_s = hint_ > 0 ? 1 / hint_.to_double() : 0.04;
    const bool timed = frame.best_effort_timestamp != AV_NOPTS_VALUE;
    const double start_s = timed ? static_cast<double>(frame.best_effort_timestamp) * tick_.to_double()
                                 : static_cast<double>(facts.frames) * frame_s;
    if (facts.frames > 1) {
      block_differences(current_, previous_, blocks_);
      const bool repeats = blocks_.empty() || *std::max_element(blocks_.begin(), blocks_.end()) < freeze_change;
      freeze_.add(repeats, previous_start_s_, start_s + frame_s);
    }
    black_.add(mean_luma(current_) <= black_luma, start_s, start_s + frame_s);
    if (timed) note_time(frame.best_effort_timestamp);
    previous_start_s_ = start_s;
    std::swap(current_, previous_);
  }

  void finish(DecodedFacts& facts) {
    facts.decode_errors += decoder_.damaged();
    if (facts.frames == 0) return;
    facts.has_video = true;
    intervals_.finish();
    const FrameRate rate = frame_rate(intervals_.timing(), tick_, hint_);
    facts.fps = rate.fps;
    if (rate.fps > 0 && !rate.vfr) {
      facts.video_duration_s = Rational{facts.frames} / rate.fps;
    } else if (first_) {
      facts.video_duration_s = Rational{*last_ - *first_ + rate.median_ticks} * tick_;
    }
    facts.longest_freeze_s = freeze_.longest();
    facts.longest_black_s = black_.longest();
    Sha256 hash;
    const std::size_t hashed = std::min(facts.signatures.size(), first_frames);
    hash.update(facts.signatures.data(), hashed * sizeof facts.signatures[0]);
    facts.first_frames_hash = hash.hex();
  }

 private:
  void note_time(std::int64_t ticks) {
    first_ = std::min(first_.value_or(ticks), ticks);
    last_ = std::max(last_.value_or(ticks), ticks);
    intervals_.add(ticks);
  }

  int index_;
  Rational tick_;
  Rational hint_ = 0;
  Decoder decoder_;
  ComparedPictures* pictures_;
  Thumbnailer compared_{compared_size, compared_size};
  std::optional<Thumbnailer> thumbnailer_;
  Thumbnail current_, previous_;
  std::vector<double> blocks_;
  LongestRun freeze_, black_;
  double previous_start_s_ = 0;
  std::optional<std::int64_t> first_, last_;
  IntervalCounter intervals_;
};

class AudioSurvey {
 public:
  AudioSurvey(const AVStream& stream, const std::string& where)
      : index_(stream.index), decoder_(stream, /*threads=*/1, where) {}

  [[nodiscard]] int index() const noexcept { return index_; }
  [[nodiscard]] Decoder& decoder() noexcept { return decoder_; }

  void add(const AVFrame& frame, DecodedFacts& facts) {
    facts.audio_samples += frame.nb_samples;
    facts.sample_rate = frame.sample_rate;
    peak_ = std::max(peak_, peak_of(frame));
  }

  void finish(DecodedFacts& facts) {
    facts.decode_errors += decoder_.damaged();
    facts.has_audio = facts.audio_samples > 0;
    facts.audio_peak_dbfs = dbfs(peak_);
    if (facts.sample_rate > 0) facts.audio_duration_s = Rational{facts.audio_samples, facts.sample_rate};
  }

 private:
  int index_;
  Decoder decoder_;
  double peak_ = 0;
};

/// Feeds one packet (nullptr: the end) to a stream's survey.
template <class Survey>
void feed(std::optional<Survey>& survey, const AVPacket* packet, AVFrame& frame, DecodedFacts& facts) {
  if (!survey || (packet != nullptr && packet->stream_index != survey->index())) return;
  survey->decoder().decode(packet, frame, [&](const AVFrame& decoded) { survey->add(decoded, facts); });
}

/// The pictures of a file one by one, of the size that is compared.
class PictureReader {
 public:
  PictureReader(const std::string& path, const RunContext& context) : demuxer_(path, DemuxerOptions{}, context) {
    const auto choice = choose_streams(demuxer_.format());
    if (!choice.video) throw Error{ErrorCode::media, demuxer_.name(), "there is no video in this file"};
    const std::array wanted{*choice.video};
    demuxer_.select(wanted);
    decoder_ = std::make_unique<Decoder>(demuxer_.stream(*choice.video), /*threads=*/0, demuxer_.name());
  }

  /// False at the end.
  bool next(Thumbnail& to) {
    for (;;) {
      switch (decoder_->receive(*frame_)) {
        case Decoder::Receive::frame:
          thumbnailer_.shrink(*frame_, to);
          return true;
        case Decoder::Receive::end:
          return false;
        case Decoder::Receive::needs_more:
          // All frames have been received, so the decoder accepts the packet.
          (void)decoder_->send(demuxer_.read(*packet_) ? packet_.get() : nullptr);
      }
    }
  }

 private:
  Demuxer demuxer_;
  std::unique_ptr<Decoder> decoder_;
  Thumbnailer thumbnailer_{compared_size, compared_size};
  ff::Packet packet_ = ff::make_packet();
  ff::Frame frame_ = ff::make_frame();
};

}  // namespace

DecodedFacts survey_decoded(const std::string& path, const RunContext& context, ComparedPictures* pictures) {
  Demuxer demuxer{path, DemuxerOptions{}, context};
  const StreamChoice choice = choose_streams(demuxer.format());
  std::optional<VideoSurvey> video;
  std::optional<AudioSurvey> audio;
  std::vector<int> wanted;
  if (choice.video) {
    wanted.push_back(*choice.video);
    video.emplace(demuxer.stream(*choice.video), demuxer.name(), pictures);
  }
  if (choice.audio) {
    wanted.push_back(*choice.audio);
    audio.emplace(demuxer.stream(*choice.audio), demuxer.name());
  }
  demuxer.select(wanted);

  DecodedFacts facts;
  const ff::Packet packet = ff::make_packet();
  const ff::Frame frame = ff::make_frame();
  bool more = true;
  while (more) {
    more = demuxer.read(*packet);
    context.throw_if_stopped();
    feed(video, more ? packet.get() : nullptr, *frame, facts);
    feed(audio, more ? packet.get() : nullptr, *frame, facts);
  }
  if (demuxer.damage()) ++facts.decode_errors;
  if (video) video->finish(facts);
  if (audio) audio->finish(facts);
  return facts;
}

double mean_picture_difference(const ComparedPictures& pictures, const std::string& path, const RunContext& context) {
  PictureReader other{path, context};
  Thumbnail picture;
  double sum = 0;
  std::size_t pairs = 0;
  while (pairs < pictures.size() && other.next(picture)) {
    context.throw_if_stopped();
    sum += mean_difference(pictures[pairs], picture);
    ++pairs;
  }
  if (pairs == 0) throw Error{ErrorCode::media, path, "there is no picture to compare"};
  return sum / static_cast<double>(pairs);
}

}  // namespace react1::media
