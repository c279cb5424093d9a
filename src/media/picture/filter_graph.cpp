// SPDX-License-Identifier: Apache-2.0
#include "media/picture/filter_graph.hpp"

#include <fmt/format.h>

#include <new>
#include <utility>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/opt.h>
}

#include "media/ff/check.hpp"
#include "media/ff/filter_library.hpp"

namespace react1::media {
namespace {

const ff::FilterLibrary& filters() {
  return ff::filter_library();
}

struct FreeParameters {
  void operator()(AVBufferSrcParameters* parameters) const noexcept { av_free(parameters); }
};

struct FreeInOut {
  void operator()(AVFilterInOut* list) const noexcept { filters().avfilter_inout_free(&list); }
};
using InOut = std::unique_ptr<AVFilterInOut, FreeInOut>;

InOut make_end(const char* name, AVFilterContext* filter) {
  InOut end{filters().avfilter_inout_alloc()};
  if (!end) throw std::bad_alloc{};
  end->name = av_strdup(name);
  if (end->name == nullptr) throw std::bad_alloc{};
  end->filter_ctx = filter;
  end->pad_idx = 0;
  end->next = nullptr;
  return end;
}

AVFilterContext* allocate(AVFilterGraph& graph, const char* filter, const char* name, const std::string& where) {
  AVFilterContext* context =
      filters().avfilter_graph_alloc_filter(&graph, filters().avfilter_get_by_name(filter), name);
  if (context == nullptr) throw Error{ErrorCode::internal, where, std::string{"FFmpeg has no filter "} + filter};
  return context;
}

AVFilterContext* make_source(AVFilterGraph& graph, const PictureFormat& format, const std::string& where) {
  AVFilterContext* source = allocate(graph, "buffer", "in", where);
  const std::unique_ptr<AVBufferSrcParameters, FreeParameters> parameters{filters().av_buffersrc_parameters_alloc()};
  if (!parameters) throw std::bad_alloc{};
  parameters->format = format.pixel_format;
  parameters->width = format.width;
  parameters->height = format.height;
  parameters->time_base = AVRational{1, 1};
  parameters->sample_aspect_ratio = AVRational{1, 1};
#if LIBAVFILTER_VERSION_MAJOR >= 10
  parameters->color_space = AVCOL_SPC_UNSPECIFIED;
  parameters->color_range = static_cast<AVColorRange>(format.color_range);
#endif
  ff::check(filters().av_buffersrc_parameters_set(source, parameters.get()), "setting up the filters", where);
  ff::check(filters().avfilter_init_str(source, nullptr), "setting up the filters", where);
  return source;
}

}  // namespace

FilterGraph::FilterGraph(VideoPlan plan, std::string where, OnChange on_change)
    : plan_(std::move(plan)), where_(std::move(where)), on_change_(std::move(on_change)), filtered_(ff::make_frame()) {}

void FilterGraph::build(const PictureFormat& format) {
  graph_.reset();
  const std::string chain = filter_chain(plan_, format);
  if (chain.empty()) return;
  graph_.reset(filters().avfilter_graph_alloc());
  if (!graph_) throw std::bad_alloc{};
  // For the conversions that libavfilter inserts by itself (packed or semi-planar formats to planar ones).
  ff::check(av_opt_set(graph_.get(), "scale_sws_opts", "flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp",
                       /*search_flags=*/0),
            "setting up the filters", where_);
  source_ = make_source(*graph_, format, where_);
  sink_ = allocate(*graph_, "buffersink", "out", where_);
  ff::check(filters().avfilter_init_str(sink_, nullptr), "setting up the filters", where_);

  // The parser's view: what its text leaves open at the front is fed by our source, at the back by our sink.
  AVFilterInOut* open_inputs = make_end("out", sink_).release();
  AVFilterInOut* open_outputs = make_end("in", source_).release();
  const int parsed =
      filters().avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &open_inputs, &open_outputs, nullptr);
  filters().avfilter_inout_free(&open_inputs);
  filters().avfilter_inout_free(&open_outputs);
  if (parsed < 0) {
    throw Error{ErrorCode::media, where_,
                "the picture can't be converted: FFmpeg lacks a filter or refuses its settings",
                Error::Extra{.detail = fmt::format("{}: {}", chain, ff::error_text(parsed)),
                             .hint = "install an FFmpeg with zscale (libzimg)"}};
  }
  if (const int rc = filters().avfilter_graph_config(graph_.get(), nullptr); rc < 0) {
    throw Error{ErrorCode::media, where_, "the picture can't be converted",
                Error::Extra{.detail = fmt::format("{}: {}", chain, ff::error_text(rc))}};
  }
}

/// The container's pixel shape is in the plan; only the frames show a change in the middle.
PictureFormat FilterGraph::format_of(const AVFrame& frame) {
  PictureFormat format = PictureFormat::of(frame);
  const AVRational sar = frame.sample_aspect_ratio;
  if (sar.num <= 0 || sar.den <= 0) return format;
  if (!first_sar_) first_sar_ = ff::from_av(sar);
  format.sar = ff::from_av(sar) / *first_sar_;
  return format;
}

void FilterGraph::push(AVFrame& frame, const Sink& sink) {
  const PictureFormat format = format_of(frame);
  if (format_ != format) {
    if (const auto before = format_) {
      flush(sink);
      on_change_(*before, format);
    }
    build(format);
    format_ = format;
  }
  if (!graph_) {
    sink(frame);
    av_frame_unref(&frame);
    return;
  }
  // The plan already covers orientation, pixel shape, colour and timing; the filters must
  // neither apply them again nor fail on unknown tags.
  frame.sample_aspect_ratio = AVRational{1, 1};
  frame.colorspace = AVCOL_SPC_UNSPECIFIED;
  frame.color_primaries = AVCOL_PRI_UNSPECIFIED;
  frame.color_trc = AVCOL_TRC_UNSPECIFIED;
  frame.pts = pushed_++;
  ff::check(filters().av_buffersrc_add_frame_flags(source_, &frame, AV_BUFFERSRC_FLAG_PUSH), "filtering the picture",
            where_);
  drain(sink);
}

void FilterGraph::drain(const Sink& sink) {
  for (;;) {
    const int rc = filters().av_buffersink_get_frame(sink_, filtered_.get());
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return;
    ff::check(rc, "filtering the picture", where_);
    sink(*filtered_);
    av_frame_unref(filtered_.get());
  }
}

void FilterGraph::flush(const Sink& sink) {
  if (graph_) {
    ff::check(filters().av_buffersrc_add_frame_flags(source_, nullptr, AV_BUFFERSRC_FLAG_PUSH), "filtering the picture",
              where_);
    drain(sink);
  }
  graph_.reset();
  format_.reset();
}

}  // namespace react1::media
