// SPDX-License-Identifier: Apache-2.0
// The output MP4: H.264 and AAC, index first, tagged with its real colours.
#pragma once

#include <cstdint>
#include <string>

#include <react1/rational.hpp>

#include "media/ff/handles.hpp"

namespace react1::sandbox {

struct OutputFormat {
  int width = 0, height = 0;  ///< even
  Rational fps = 0;
  Rational sar = 1;
  int channels = 1;  ///< 1 or 2, at output_sample_rate
};

/// Written to `path` incrementally; complete only after finish(). Not thread-safe.
class Output {
 public:
  /// Throws Error{io} when the file can't be made, Error{media} when an encoder is missing.
  Output(const std::string& path, const OutputFormat& format);

  /// The next picture; its time is its number / fps. The picture's time stamp is overwritten.
  void add_picture(AVFrame& picture);
  /// The next samples, in pieces of sound_piece(); only the last may be shorter.
  void add_sound(AVFrame& sound);
  [[nodiscard]] int sound_piece() const noexcept { return sound_.encoder->frame_size; }
  [[nodiscard]] std::int64_t pictures() const noexcept { return pictures_; }
  [[nodiscard]] std::int64_t samples() const noexcept { return samples_; }
  /// Writes the encoders' remaining packets and the index. Throws Error{io|media}.
  void finish();

 private:
  struct Track {
    media::ff::CodecContext encoder;
    AVStream* stream = nullptr;
  };
  void open_picture_encoder(const OutputFormat& format);
  void open_sound_encoder(const OutputFormat& format);
  void add_track(Track& track);
  void encode(Track& track, const AVFrame* frame);

  std::string path_;
  media::ff::OutputFormat file_;
  media::ff::Packet packet_;
  Track picture_, sound_;
  std::int64_t pictures_ = 0, samples_ = 0;
};

}  // namespace react1::sandbox
