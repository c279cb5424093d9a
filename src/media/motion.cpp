#include "media/motion.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "media/frame_window.hpp"
#include "media/thumbnail.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Camera movement is slow against the frame rate, so pictures about a second apart are compared.
constexpr int pictures_per_second = 5;
/// The share of blocks a person may cover and still leave the shot static.
constexpr double covered_by_person = 0.6;

/// Collects the global motion of a shot: how much the quietest blocks change within a second.
class GlobalMotion {
 public:
  void add(const Thumbnail& picture, const Seconds& time) {
    if (!kept_.empty() && time - kept_.back().time < Rational{1, pictures_per_second}) return;
    kept_.push_back({picture, time});
    while (kept_.size() > 1 && time - kept_[1].time >= 1) kept_.pop_front();
    if (time - kept_.front().time >= 1) compare(kept_.front().picture, picture);
  }

  /// A shot of less than a second is judged by its ends.
  [[nodiscard]] double mean(const Thumbnail& first, const Thumbnail& last) {
    if (pairs_ == 0) compare(first, last);
    return sum_ / static_cast<double>(pairs_);
  }

 private:
  struct Kept {
    Thumbnail picture;
    Seconds time;
  };

  void compare(const Thumbnail& earlier, const Thumbnail& later) {
    block_differences(earlier, later, blocks_);
    if (blocks_.empty()) return;
    const auto rank = static_cast<std::ptrdiff_t>((1 - covered_by_person) * static_cast<double>(blocks_.size() - 1));
    std::nth_element(blocks_.begin(), blocks_.begin() + rank, blocks_.end());
    sum_ += blocks_[static_cast<std::size_t>(rank)];
    ++pairs_;
  }

  std::deque<Kept> kept_;
  std::vector<double> blocks_;
  double sum_ = 0;
  std::int64_t pairs_ = 0;
};

}  // namespace

Motion analyze_motion(const Source& source, int stream_index, const Seconds& start_s, const Seconds& end_s,
                      const AdviceOptions& advice, const SourceOptions& options, const RunContext& context,
                      const std::optional<Seconds>& origin_s) {
  std::optional<Thumbnailer> thumbnailer;
  Thumbnail first;
  Thumbnail current;
  Thumbnail previous;
  GlobalMotion global;
  std::int64_t frames = 0;
  Motion result;
  for_each_frame(
      source, stream_index, start_s, end_s, options, context,
      [&](const AVFrame& frame, const Seconds& time) {
        if (!thumbnailer) thumbnailer = Thumbnailer::shaped_like(frame.width, frame.height);
        thumbnailer->shrink(frame, current);
        if (frames == 0) first = current;
        if (frames > 0) result.peak_motion = std::max(result.peak_motion, mean_difference(current, previous));
        global.add(current, time);
        ++frames;
        std::swap(current, previous);
        return true;
      },
      origin_s);
  if (frames == 0) throw Error{ErrorCode::media, source.name(), "there is no picture in the window"};
  result.mean_motion = global.mean(first, previous);
  result.loop_ssim = ssim(first, previous);
  result.is_static = result.mean_motion < advice.static_motion && result.peak_motion < advice.scene_cut;
  result.loopable = result.loop_ssim >= advice.loop_ssim;
  return result;
}

}  // namespace react1::media
