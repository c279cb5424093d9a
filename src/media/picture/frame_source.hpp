// SPDX-License-Identifier: Apache-2.0
// The frames of a plan's window from a source: seek, decode, and decide how often each is shown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/format/mp4_excerpt.hpp"
#include "media/picture/frame_picker.hpp"
#include "media/source/clip_input.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// A decoded frame and how many output frames show it (≥ 1).
struct PickedFrame {
  ff::Frame frame;
  std::int64_t repeats = 0;
};

/// Delivers the window's frames in order, exactly as many output frames as the plan wants. Strict: a frame that is
/// damaged, or that may refer to one that is, is an error when it would be shown. A plan that was made by decoding the
/// window is trusted instead. One thread at a time; the observer of `context` is not used.
class FrameSource {
 public:
  /// Opens the source and goes to the window. Throws as Demuxer and Decoder do.
  FrameSource(const ClipInput& input, const VideoPlan& plan, const RunContext& context);

  /// nullopt once all of the plan's frames were delivered. Throws DamageFound when frames of the window are missing or
  /// damaged.
  [[nodiscard]] std::optional<PickedFrame> next();
  /// Starts over, so that next() gives the plan's frames from number `frame` on (0 = its first). The source is entered
  /// at the nearest key frame, or read again from its start where it is not seekable.
  void go_to(std::int64_t frame);

 private:
  void open();
  void entered();
  [[nodiscard]] int stream_index() const noexcept { return excerpt_ ? 0 : plan_.stream_index; }
  void require_window_present(const MediaInfo& info) const;
  [[nodiscard]] ff::Frame first_frame();
  [[nodiscard]] ff::Frame decode();
  void feed();
  [[nodiscard]] bool is_untimed() const;
  [[nodiscard]] std::optional<std::int64_t> slot_of(const AVFrame& frame) const;
  [[nodiscard]] Seconds time_of(const AVFrame& frame) const;
  [[nodiscard]] Seconds time_of(std::int64_t ticks) const;
  void note_errors();
  void watch_for_damage(const AVFrame& frame, Seconds time);
  void require_no_damage(Seconds near) const;
  [[nodiscard]] std::optional<PickedFrame> last_frame();
  [[nodiscard]] std::optional<PickedFrame> give_pending(std::int64_t repeats);
  void require_whole_end(Seconds last) const;
  [[noreturn]] void fail(const std::string& message, const std::string& hint) const;

  Source source_;
  std::optional<Mp4Excerpt> excerpt_;  // read in place of a long source
  VideoPlan plan_;                     // its window shrinks to what is still wanted when go_to() moves its start
  Seconds window_start_;
  std::int64_t window_frames_;
  VideoInfo video_;
  SourceOptions options_;
  RunContext context_;
  Rational source_fps_;
  bool has_slots_;                   // AVI: a chunk's position is the time of its frame, in decoding order
  std::vector<std::int64_t> slots_;  // of the packets read, where frames may be reordered
  std::unique_ptr<Demuxer> demuxer_;
  std::unique_ptr<Decoder> decoder_;
  FramePicker picker_;
  ff::Packet packet_;
  bool drained_ = false;   // the end was sent to the decoder
  Seconds newest_packet_;  // the latest presentation time among the packets read
  ff::Frame pending_;      // the latest frame; how often it is shown depends on the next
  Seconds pending_time_;
  std::optional<std::int64_t> last_ticks_;  // how often the pending, last frame is shown
  bool finished_ = false;
  bool moved_ = false;                     // the start of the source has been read
  bool begun_ = false, headless_ = false;  // since the source was entered: a packet was sent; no key frame came yet
  std::int64_t errors_seen_ = 0;           // the decoder's count
  bool errors_fresh_ = false;              // more since the last frame
  Seconds sent_;                           // presentation time of the packet that was sent last
  std::optional<Seconds> damaged_until_;   // frames are doubtful up to the first key frame after this time
  bool pending_damaged_ = false;
};

}  // namespace react1::media
