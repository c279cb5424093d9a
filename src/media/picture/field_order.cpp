// SPDX-License-Identifier: Apache-2.0
#include "media/picture/field_order.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include <fmt/format.h>

#include "media/ff/check.hpp"
#include "media/ff/filter_library.hpp"
#include "media/picture/frame_window.hpp"

namespace react1::media {
namespace {

constexpr int enough_frames = 12;

/// The counts of libavfilter's idet.
struct Verdict {
  int tff = 0, bff = 0, progressive = 0;

  [[nodiscard]] bool says_nothing() const { return tff + bff + progressive < 3; }
  [[nodiscard]] std::string field_order() const {
    const int woven = std::max(tff, bff);
    const bool clear = woven >= 4 && woven > 8 * progressive && woven > 3 * std::min(tff, bff);
    return !clear ? "" : tff > bff ? "tff" : "bff";
  }
};

/// Pictures of one format through libavfilter's interlace detector.
class Detector {
 public:
  Detector(const AVFrame& like, std::string where) : where_(std::move(where)), graph_(filters_.avfilter_graph_alloc()) {
    if (!graph_) throw std::bad_alloc{};
    width_ = like.width;
    height_ = like.height;
    format_ = like.format;
    const std::string arguments =
        fmt::format("video_size={}x{}:pix_fmt={}:time_base=1/1:pixel_aspect=1/1", width_, height_, format_);
    AVFilterContext* detector = nullptr;
    create(source_, "buffer", arguments.c_str());
    create(detector, "idet", nullptr);
    create(sink_, "buffersink", nullptr);
    const char* what = "setting up the interlace detector";
    ff::check(filters_.avfilter_link(source_, 0, detector, 0), what, where_);
    ff::check(filters_.avfilter_link(detector, 0, sink_, 0), what, where_);
    ff::check(filters_.avfilter_graph_config(graph_.get(), nullptr), what, where_);
  }

  [[nodiscard]] bool takes(const AVFrame& frame) const {
    return frame.width == width_ && frame.height == height_ && frame.format == format_;
  }

  void push(const AVFrame& frame) {
    const ff::Frame copy{av_frame_clone(&frame)};
    if (!copy) throw std::bad_alloc{};
    copy->pts = pushed_++;
    copy->sample_aspect_ratio = AVRational{1, 1};
    ff::check(filters_.av_buffersrc_add_frame_flags(source_, copy.get(), /*flags=*/0), "looking for fields", where_);
    drain();
  }

  Verdict finish() {
    ff::check(filters_.av_buffersrc_add_frame_flags(source_, nullptr, /*flags=*/0), "looking for fields", where_);
    drain();
    return verdict_;
  }

 private:
  void create(AVFilterContext*& context, const char* filter, const char* arguments) {
    const AVFilter* found = filters_.avfilter_get_by_name(filter);
    if (found == nullptr) throw Error{ErrorCode::internal, where_, std::string{"FFmpeg has no filter "} + filter};
    context = filters_.avfilter_graph_alloc_filter(graph_.get(), found, filter);
    if (context == nullptr) throw std::bad_alloc{};
    ff::check(filters_.avfilter_init_str(context, arguments), "setting up the interlace detector", where_);
  }

  void drain() {
    while (filters_.av_buffersink_get_frame(sink_, out_.get()) >= 0) {
      verdict_ = {.tff = count("tff"), .bff = count("bff"), .progressive = count("progressive")};
      av_frame_unref(out_.get());
    }
  }

  [[nodiscard]] int count(const char* kind) const {
    const std::string key = std::string{"lavfi.idet.multiple."} + kind;
    const AVDictionaryEntry* entry = av_dict_get(out_->metadata, key.c_str(), nullptr, /*flags=*/0);
    int frames = 0;  // "12.00", or by the process's locale "12,00"
    if (entry != nullptr) std::from_chars(entry->value, entry->value + std::strlen(entry->value), frames);
    return frames;
  }

  std::string where_;
  const ff::FilterLibrary& filters_ = ff::filter_library();  // before graph_, which is made with it
  ff::FilterGraph graph_;
  AVFilterContext* source_ = nullptr;  // owned by graph_, like sink_
  AVFilterContext* sink_ = nullptr;
  int width_ = 0, height_ = 0, format_ = 0;
  std::int64_t pushed_ = 0;
  ff::Frame out_ = ff::make_frame();
  Verdict verdict_;
};

Verdict look_at(const Source& source, const VideoInfo& video, const Seconds& start_s, const SourceOptions& options,
                const RunContext& context) {
  std::optional<Detector> detector;
  int looked_at = 0;
  const FrameSink look = [&](const AVFrame& frame, const Seconds&) {
    if (!detector) detector.emplace(frame, source.name());
    if (!detector->takes(frame)) return false;
    detector->push(frame);
    return ++looked_at < enough_frames;
  };
  (void)for_each_frame(source, video.index, start_s, std::nullopt, options, context, look);
  return detector ? detector->finish() : Verdict{};
}

}  // namespace

bool may_hide_fields(const VideoInfo& video) {
  constexpr std::array line_counts{480, 486, 512, 576, 608, 1080, 1088};
  const bool raster = video.width > video.height &&
                      std::find(line_counts.begin(), line_counts.end(), video.height) != line_counts.end();
  return raster && !video.interlaced && !video.vfr && video.fps > Rational(24) && video.fps < Rational(31);
}

std::string find_field_order(const Source& source, const VideoInfo& video, const Seconds& start_s,
                             const Seconds& retry_s, const SourceOptions& options, const RunContext& context) {
  const Verdict verdict = look_at(source, video, start_s, options, context);
  if (!verdict.says_nothing()) return verdict.field_order();
  return look_at(source, video, retry_s, options, context).field_order();
}

}  // namespace react1::media
