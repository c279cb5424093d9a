// SPDX-License-Identifier: Apache-2.0
// One reading of a clip from its first packet to its last: sums of each stream's packets and frames.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/measured_rate.hpp"
#include "media/stream/packet_survey.hpp"

namespace react1::media {

/// How a clip is read.
struct ReadingOptions {
  bool decode_pictures = false;  ///< also those that can be counted without decoding
  bool keep_padding = false;     ///< decode sound with its priming and padding
};

/// One stream, packet by packet. `stream` and the demuxer behind it must outlive it.
class StreamReading {
 public:
  /// A stream that is neither sound nor moving picture is not read. Throws Error{media} without a decoder for it.
  StreamReading(AVStream& stream, const ReadingOptions& options, const std::string& where);

  [[nodiscard]] bool is_read() const noexcept { return survey_.has_value(); }
  /// nullptr ends the stream.
  void add(const AVPacket* packet, AVFrame& scratch);

  /// Ticks of the stream's time base over the packets that are shown.
  [[nodiscard]] std::optional<std::int64_t> first() const noexcept { return first_; }
  [[nodiscard]] std::optional<std::int64_t> end() const noexcept { return end_; }
  /// Ticks of all packets' durations.
  [[nodiscard]] std::int64_t durations() const noexcept { return durations_; }
  /// Of the frames that a player shows, and of all that were decoded. Once, after the end.
  struct Decoded {
    Seconds shown, all;
    std::int64_t shown_samples = 0;  ///< per channel
  };
  [[nodiscard]] Decoded decoded();
  [[nodiscard]] StreamSurvey survey() { return survey_->finish(); }
  /// Packets that could not be decoded, and frames that are damaged.
  [[nodiscard]] std::int64_t damaged() const noexcept { return decoder_ ? decoder_->damaged() : 0; }
  /// H.264 packets that should show a picture and gave none, where pictures were decoded.
  [[nodiscard]] std::int64_t missing_pictures() const noexcept;
  /// A packet was seen whose pictures only a decoder can count: the frame count here is no proof.
  [[nodiscard]] bool needs_decoding() const noexcept { return needs_decoding_; }

 private:
  void count_picture(const AVPacket& packet);
  void add_frame(const AVFrame& frame);
  void add_samples(const AVFrame& frame);
  void add_picture(std::int64_t time);
  [[nodiscard]] Seconds pictures_duration();

  AVStream& stream_;
  Rational tick_;
  std::optional<StreamSurveyor> survey_;
  std::unique_ptr<Decoder> decoder_;  // null: pictures are counted
  bool needs_decoding_ = false;
  std::optional<std::int64_t> first_, end_;
  std::int64_t durations_ = 0;
  std::int64_t shown_ = 0;  // packets
  std::int64_t frames_ = 0, samples_ = 0, skipped_ = 0;
  Seconds samples_s_, skipped_s_;
  std::optional<std::int64_t> first_frame_, last_frame_;
  std::int64_t last_frame_ticks_ = 0;
  IntervalCounter intervals_;
};

/// All streams of `demuxer`, by index, to its end. Throws what reading and decoding throw, Error{media} for a damaged
/// clip, Error{interrupted}.
[[nodiscard]] std::vector<StreamReading> read_clip(Demuxer& demuxer, const ReadingOptions& options,
                                                   const RunContext& context);

}  // namespace react1::media
