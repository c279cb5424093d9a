// SPDX-License-Identifier: Apache-2.0
// libavfilter, loaded when the first picture has to be filtered. Its 30 libraries are half of the program's start-up
// cost, and most commands and every copied clip need none of them.
#pragma once

#include <memory>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace react1::media::ff {

/// The functions that are used, by their own names.
struct FilterLibrary {
  decltype(&::avfilter_graph_alloc) avfilter_graph_alloc;
  decltype(&::avfilter_graph_free) avfilter_graph_free;
  decltype(&::avfilter_graph_alloc_filter) avfilter_graph_alloc_filter;
  decltype(&::avfilter_graph_parse_ptr) avfilter_graph_parse_ptr;
  decltype(&::avfilter_graph_config) avfilter_graph_config;
  decltype(&::avfilter_get_by_name) avfilter_get_by_name;
  decltype(&::avfilter_init_str) avfilter_init_str;
  decltype(&::avfilter_link) avfilter_link;
  decltype(&::avfilter_inout_alloc) avfilter_inout_alloc;
  decltype(&::avfilter_inout_free) avfilter_inout_free;
  decltype(&::av_buffersrc_parameters_alloc) av_buffersrc_parameters_alloc;
  decltype(&::av_buffersrc_parameters_set) av_buffersrc_parameters_set;
  decltype(&::av_buffersrc_add_frame_flags) av_buffersrc_add_frame_flags;
  decltype(&::av_buffersink_get_frame) av_buffersink_get_frame;
};

/// Loads the library at the first call, the one that was compiled against. Stays for the life of the process. Any
/// thread. Throws Error{media} when it isn't installed.
[[nodiscard]] const FilterLibrary& filter_library();

struct FreeFilterGraph {
  void operator()(AVFilterGraph* graph) const noexcept { filter_library().avfilter_graph_free(&graph); }
};
using FilterGraph = std::unique_ptr<AVFilterGraph, FreeFilterGraph>;

}  // namespace react1::media::ff
