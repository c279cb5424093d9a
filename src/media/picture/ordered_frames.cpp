// SPDX-License-Identifier: Apache-2.0
#include "media/picture/ordered_frames.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "media/ff/compat.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Fewer would decode the same frames many times in a source with distant key frames.
constexpr std::size_t fewest_kept = 4;

std::size_t bytes_of(const AVFrame& frame) {
  std::size_t bytes = 0;
  for (const AVBufferRef* buffer : frame.buf) {
    if (buffer != nullptr) bytes += static_cast<std::size_t>(buffer->size);
  }
  return std::max<std::size_t>(bytes, 1);
}

ff::Frame reference(const AVFrame& frame) {
  ff::Frame copy{av_frame_clone(&frame)};
  if (!copy) throw std::bad_alloc{};
  return copy;
}

}  // namespace

VideoPlan without_order(VideoPlan plan) {
  if (plan.shows.empty()) return plan;
  plan.frames = *std::max_element(plan.shows.begin(), plan.shows.end()) + 1;
  plan.shows.clear();
  return plan;
}

OrderedFrames::OrderedFrames(const ClipInput& input, const VideoPlan& plan, const RunContext& context,
                             std::size_t bytes_kept)
    : source_(input, without_order(plan), context),
      shows_(plan.shows),
      turns_(!std::is_sorted(shows_.begin(), shows_.end())),
      deinterlace_(plan.deinterlace),
      field_order_(plan.field_order),
      bytes_kept_(bytes_kept) {}

void OrderedFrames::read_on() {
  std::optional<PickedFrame> picked = source_.next();
  if (!picked) throw Error(ErrorCode::internal, "frame order", "wants more frames than the window holds");
  if (turns_ && most_kept_ == 1) most_kept_ = std::max(bytes_kept_ / bytes_of(*picked->frame), fewest_kept);
  if (kept_.size() == most_kept_) kept_.pop_front();
  const std::int64_t behind = read_ + picked->repeats;
  kept_.push_back({std::move(picked->frame), std::exchange(read_, behind), behind});
}

const OrderedFrames::Kept& OrderedFrames::find(std::int64_t number) {
  if (!kept_.empty() && number < kept_.front().first) {
    kept_.clear();
    read_ = std::max<std::int64_t>(number - static_cast<std::int64_t>(most_kept_) + 1, 0);
    source_.go_to(read_);
  }
  while (kept_.empty() || kept_.back().behind <= number) read_on();
  return *std::find_if(kept_.rbegin(), kept_.rend(), [number](const Kept& kept) { return kept.first <= number; });
}

std::optional<PickedFrame> OrderedFrames::next() {
  if (shows_.empty()) return source_.next();
  if (next_ == shows_.size()) return std::nullopt;
  const bool backwards = next_ > 0 && shows_[next_] < shows_[next_ - 1];
  const Kept& kept = find(shows_[next_]);
  const std::size_t start = next_;
  while (next_ < shows_.size() && kept.first <= shows_[next_] && shows_[next_] < kept.behind) ++next_;
  PickedFrame picked{reference(*kept.frame), static_cast<std::int64_t>(next_ - start)};
  if (deinterlace_) {
    // A deinterlacer takes a frame's fields, and its neighbours', in the order of time: backwards, the other one first.
    const bool top_first = field_order_.empty() ? ff::top_field_first(*kept.frame) : field_order_ == "tff";
    ff::set_field_order(*picked.frame, top_first != backwards);
  }
  return picked;
}

}  // namespace react1::media
