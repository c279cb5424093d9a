// SPDX-License-Identifier: Apache-2.0
// Runs decoded pictures through the filters of a plan.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "media/ff/filter_library.hpp"
#include "media/ff/handles.hpp"
#include "media/picture/filter_chain.hpp"

#include <react1/media.hpp>

namespace react1::media {

/// One frame in, one frame out, in order (a deinterlacer holds one back). Rebuilds itself when the frames' properties
/// change. Frames that need nothing pass through untouched, by reference. One thread at a time.
class FilterGraph {
 public:
  /// Receives each filtered frame: yuv420p, the plan's size. It may keep a reference.
  using Sink = std::function<void(AVFrame&)>;
  /// Called when the picture's properties change in the middle: before, after.
  using OnChange = std::function<void(const PictureFormat&, const PictureFormat&)>;

  FilterGraph(VideoPlan plan, std::string where, OnChange on_change);

  /// Takes over `frame`'s content. Throws Error{media} when a filter refuses it or is missing.
  void push(AVFrame& frame, const Sink& sink);
  /// Delivers the remaining frames. The graph may be used again afterwards.
  void flush(const Sink& sink);

 private:
  [[nodiscard]] PictureFormat format_of(const AVFrame& frame);
  void build(const PictureFormat& format);
  void drain(const Sink& sink);

  VideoPlan plan_;
  std::string where_;
  OnChange on_change_;
  std::optional<PictureFormat> format_;
  std::optional<Rational> first_sar_;
  ff::FilterGraph graph_;              // null when the frames need nothing
  AVFilterContext* source_ = nullptr;  // owned by graph_
  AVFilterContext* sink_ = nullptr;
  ff::Frame filtered_;
  std::int64_t pushed_ = 0;
};

}  // namespace react1::media
