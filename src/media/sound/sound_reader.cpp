// SPDX-License-Identifier: Apache-2.0
#include "media/sound/sound_reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "media/ff/check.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Decoders of overlapping transforms need some packets before they give the right sound.
const Seconds nearest_entry{1, 2};

bool is_uncompressed(AVCodecID codec) {
  return codec >= AV_CODEC_ID_FIRST_AUDIO && codec < AV_CODEC_ID_ADPCM_IMA_QT;
}

/// Codecs that store each sample as the difference from the previous one. Decoding from the middle is off by a constant
/// up to the end, except with the few codecs whose blocks begin with a whole sample.
bool counts_from_the_first(AVCodecID codec) {
  constexpr std::array with_whole_samples{AV_CODEC_ID_ADPCM_IMA_QT, AV_CODEC_ID_ADPCM_IMA_WAV, AV_CODEC_ID_ADPCM_MS,
                                          AV_CODEC_ID_ADPCM_SWF};
  if (std::find(with_whole_samples.begin(), with_whole_samples.end(), codec) != with_whole_samples.end()) return false;
  const bool adpcm = codec >= AV_CODEC_ID_ADPCM_IMA_QT && codec < AV_CODEC_ID_AMR_NB;
  const bool dpcm = codec >= AV_CODEC_ID_ROQ_DPCM && codec < AV_CODEC_ID_MP2;
  return adpcm || dpcm;
}

}  // namespace

SoundReader::SoundReader(Source source, const AudioInfo& audio, const SoundWindow& window, SourceOptions options,
                         const RunContext& context)
    : source_(std::move(source)),
      audio_(audio),
      timeline_(audio),
      window_(window),
      options_(std::move(options)),
      context_{.stop = context.stop, .job_id = context.job_id},
      packet_(ff::make_packet()),
      frame_(ff::make_frame()),
      nominal_(audio.sample_rate) {
  excerpt_ = excerpt_around(source_, audio_.duration_source, window_.stream_index, window_.start_s + audio_.start_s,
                            window_.end_s + audio_.start_s, options_, context_);
  open();
  go_to_window();
}

void SoundReader::open() {
  decoder_.reset();
  const Source& source = excerpt_ ? excerpt_->source : source_;
  demuxer_ = std::make_unique<Demuxer>(source, DemuxerOptions::from(options_), context_);
  const std::array chosen{stream_index()};
  demuxer_->select(chosen);
  decoder_ = std::make_unique<Decoder>(demuxer_->stream(stream_index()), /*threads=*/1, demuxer_->name(), options_);
  drained_ = holding_ = false;
  entered_late_ = excerpt_.has_value();
  skip_before_.reset();
  nominal_ = NominalSamples(audio_.sample_rate);
  position_ = length_ = counted_ = timed_frames_ = 0;
  sum_of_offsets_ = 0;
}

/// Formats that store a time with each packet or block, and those whose bytes can be counted. The others estimate the
/// position of a seek from the bit rate, or, like Ogg with several streams in a row, seek into one whose codec was
/// never set up.
bool SoundReader::is_exact_after_a_seek() const {
  const std::string_view format = demuxer_->format().iformat->name;
  constexpr std::array timed{"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts", "flac", "nut", "asf"};
  if (std::find(timed.begin(), timed.end(), format) != timed.end()) return true;
  constexpr std::array counted{"wav", "w64", "aiff", "caf", "au"};
  const bool bytes_tell = std::find(counted.begin(), counted.end(), format) != counted.end();
  return bytes_tell && is_uncompressed(demuxer_->stream(stream_index()).codecpar->codec_id);
}

/// Raw streams store no times. FFmpeg adds up the durations of the packets, and where a tick is no whole part of a
/// sample each of them is rounded: 44.1 kHz in AC-3 loses a millisecond in five seconds.
bool SoundReader::has_rounded_sums() const {
  if (clock_of(demuxer_->format().iformat->name) != SoundClock::none) return false;
  const Rational ticks_per_sample = 1 / (ff::from_av(demuxer_->stream(stream_index()).time_base) * audio_.sample_rate);
  return ticks_per_sample > 1 && ticks_per_sample.den() != 1;
}

/// A seek past the window is repeated from farther back, finally from the beginning.
void SoundReader::go_to_window() {
  // Where one timestamp belongs to two places, everything is decoded and counted.
  if (audio_.clock_restarts || timeline_.overlaps() || has_rounded_sums()) return;
  if (counts_from_the_first(demuxer_->stream(stream_index()).codecpar->codec_id)) {
    if (std::exchange(excerpt_, std::nullopt)) open();
    return;
  }
  bool may_seek = is_exact_after_a_seek();
  for (Seconds margin = nearest_entry; margin < window_.start_s; margin = margin * 4) {
    if (may_seek) may_seek = enter_at(window_.start_s - margin);
    entered_late_ = true;
    if (!may_seek) skip_before_ = window_.start_s - margin;
    if (land()) return;
    if (margin * 4 >= window_.start_s) excerpt_.reset();  // its first packets can't be decoded
    open();
  }
}

/// False when the source is not seekable.
bool SoundReader::enter_at(const Seconds& time) {
  const Seconds tick = ff::from_av(demuxer_->stream(stream_index()).time_base);
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  try {
    demuxer_->seek(stream_index(), ((time + audio_.start_s) / tick).floor() - shift);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::media) throw;
    return false;
  }
  decoder_->flush();
  drained_ = false;
  return true;
}

/// Decodes the first frame after a jump; true when it begins before the window.
bool SoundReader::land() {
  holding_ = decode();
  if (!holding_ || frame_->pts == AV_NOPTS_VALUE) return false;
  return time_of(frame_->pts) <= window_.start_s;
}

/// Relative to the first sample.
Seconds SoundReader::time_of(std::int64_t ticks) const {
  const Seconds tick = ff::from_av(demuxer_->stream(stream_index()).time_base);
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  return Rational(ticks + shift) * tick - audio_.start_s;
}

/// False at the end.
bool SoundReader::decode() {
  for (;;) {
    context_.throw_if_stopped();
    const auto received = decoder_->receive(*frame_);
    if (received == Decoder::Receive::frame) return true;
    if (received == Decoder::Receive::end || drained_) return false;
    if (!demuxer_->read(*packet_)) {
      (void)decoder_->send(nullptr);
      drained_ = true;
      continue;
    }
    const bool far_before = skip_before_ && packet_->pts != AV_NOPTS_VALUE && time_of(packet_->pts) < *skip_before_;
    // All frames were received before, so the packet is always accepted.
    if (!far_before) (void)decoder_->send(packet_.get());
  }
}

const AVFrame* SoundReader::next() {
  if (!holding_ && !decode()) {
    length_ = 0;
    return nullptr;
  }
  holding_ = false;
  count_frame();
  return frame_.get();
}

/// Counting is exact. After a late entry timestamps give its position, until the window is reached.
void SoundReader::count_frame() {
  length_ = nominal_.in(*frame_);
  const bool before_window = timeline_.time_of(position_) < window_.start_s || timed_frames_ == 0;
  if (entered_late_ && frame_->pts != AV_NOPTS_VALUE) {
    const std::int64_t by_time = timeline_.sample_at(time_of(frame_->pts) - audio_.timestamp_bias_s);
    const std::size_t piece = timeline_.piece_of(by_time);
    if (timed_frames_ > 0 && piece != piece_) {  // pieces begin with frames, so this is the first one
      position_ = timeline_.piece(piece).first_sample;
      entered_late_ = false;
    } else if (before_window) {
      sum_of_offsets_ = sum_of_offsets_ + Rational(by_time - counted_);
      ++timed_frames_;
      position_ = counted_ + (sum_of_offsets_ / Rational(timed_frames_)).round();
    }
    piece_ = piece;
    // Nor does a frame reach into the next piece, whatever the rounding of its timestamp.
    if (const auto end = timeline_.end_of(piece); end && position_ + length_ > *end) position_ = *end - length_;
  }
  counted_ += length_;
  position_ += length_;
}

}  // namespace react1::media
