// SPDX-License-Identifier: Apache-2.0
// Writes one stream into a clean file: no metadata, no library tags.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "media/ff/handles.hpp"

namespace react1::media {

/// What is written. The container is specified explicitly, because the file still has a temporary name.
/// mp3_without_tag: nothing but the frames.
enum class Container { mp4, mp3, mp3_without_tag };

/// A file with one stream. finish() completes it; destroyed before that, it leaves an invalid file (its
/// owner, an AtomicFile, removes it). One thread at a time.
class Muxer {
 public:
  /// Opens `file` for writing. Throws Error{io}.
  Muxer(std::filesystem::path file, Container container);

  /// The stream, before start(). `time_base` must be exact for every timestamp: MP4 keeps it (times a power of two).
  void add_stream(const AVCodecParameters& parameters, AVRational time_base);
  /// Writes the header. `reordered`: packets are not in display order (B-frames); MP4 only. Throws Error{io|media}.
  void start(bool reordered);
  /// Takes over the packet; its times are in the time base given to add_stream().
  void write(AVPacket& packet);
  /// Writes the index in front of the media and closes. Throws Error{io|media}.
  void finish();

 private:
  void set_options(ff::Dictionary& options, bool reordered) const;
  void sum_up_padding(AVPacket& packet);

  std::filesystem::path file_;
  std::string name_;
  Container container_;
  ff::OutputFormat format_;
  AVRational time_base_{1, 1};
  std::int64_t end_padding_ = 0;  // MP3: samples to drop, of the packets since the last one that is heard to its end
};

}  // namespace react1::media
