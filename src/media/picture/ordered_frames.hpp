// SPDX-License-Identifier: Apache-2.0
// A window's frames in the order of the plan, which may play them backwards, without holding them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "media/picture/frame_source.hpp"
#include "media/source/clip_input.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// The plan for the source: every frame up to the last one shown, once.
[[nodiscard]] VideoPlan without_order(VideoPlan plan);

/// The frames of FrameSource, arranged by plan.shows. The latest decoded frames are kept, as many as a fixed amount of
/// memory holds; backwards, the source is entered again for each such stretch before them. Reordered
/// frames that will be deinterlaced are marked with their first field. One thread at a time.
class OrderedFrames {
 public:
  /// Memory for decoded frames: 14 of 4096x2160, 60 of 1920x1080.
  static constexpr std::size_t default_bytes_kept = std::size_t{192} << 20U;

  OrderedFrames(const ClipInput& input, const VideoPlan& plan, const RunContext& context,
                std::size_t bytes_kept = default_bytes_kept);

  /// The next frame and how many output frames show it; nullopt at the end. Throws what FrameSource::next() throws.
  [[nodiscard]] std::optional<PickedFrame> next();

 private:
  struct Kept {
    ff::Frame frame;
    std::int64_t first, behind;  // the window's frames that it fills
  };
  [[nodiscard]] const Kept& find(std::int64_t number);
  void read_on();

  FrameSource source_;
  std::vector<std::int64_t> shows_;  // empty: in source order
  bool turns_;
  bool deinterlace_;
  std::string field_order_;
  std::size_t bytes_kept_;
  std::size_t most_kept_ = 1;
  std::deque<Kept> kept_;  // neighbours, in the window's order
  std::int64_t read_ = 0;  // the window's frame that the source gives next
  std::size_t next_ = 0;   // output frame
};

}  // namespace react1::media
