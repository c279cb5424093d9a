// SPDX-License-Identifier: Apache-2.0
// One stream of a local clip, read and decoded from its start.
#pragma once

#include <string>

#include <react1/run_context.hpp>
#include <react1/source.hpp>

#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "sandbox/clips/clip_length.hpp"

namespace react1::sandbox {

/// Index of the selected stream. Throws Error{media} when there is none.
[[nodiscard]] int find_stream(const media::Demuxer& demuxer, Kind kind);

/// Threads for a decoder or an encoder. Each one holds several pictures, so memory would grow with the machine.
[[nodiscard]] int codec_threads() noexcept;

/// Single-threaded use; the context's stop ends a read with Error{interrupted}.
class Clip {
 public:
  Clip(const Source& source, Kind kind, const RunContext& context);
  /// The next decoded frame, in order of presentation; false at the end.
  [[nodiscard]] bool read(AVFrame& frame);
  [[nodiscard]] const AVStream& stream() const { return demuxer_.stream(index_); }

 private:
  const RunContext& context_;
  media::Demuxer demuxer_;
  int index_;
  media::Decoder decoder_;
  media::ff::Packet packet_;
  bool drained_ = false;
};

}  // namespace react1::sandbox
