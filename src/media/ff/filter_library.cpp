// SPDX-License-Identifier: Apache-2.0
#include "media/ff/filter_library.hpp"

#include <dlfcn.h>

#include <string>

#include <react1/error.hpp>

namespace react1::media::ff {
namespace {

constexpr const char* file_name = "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR);

[[noreturn]] void fail() {
  const char* reason = dlerror();
  throw Error{ErrorCode::media, file_name, "the picture can't be converted: FFmpeg's filters can't be loaded",
              Error::Extra{.detail = reason == nullptr ? "" : reason,
                           .hint = "install the libavfilter that belongs to the other FFmpeg libraries"}};
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) fail();
}

FilterLibrary load() {
  // Never closed: FFmpeg's objects hold pointers into it until the process ends.
  void* library = dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail();
  FilterLibrary functions{};
  find(library, "avfilter_graph_alloc", functions.avfilter_graph_alloc);
  find(library, "avfilter_graph_free", functions.avfilter_graph_free);
  find(library, "avfilter_graph_alloc_filter", functions.avfilter_graph_alloc_filter);
  find(library, "avfilter_graph_parse_ptr", functions.avfilter_graph_parse_ptr);
  find(library, "avfilter_graph_config", functions.avfilter_graph_config);
  find(library, "avfilter_get_by_name", functions.avfilter_get_by_name);
  find(library, "avfilter_init_str", functions.avfilter_init_str);
  find(library, "avfilter_link", functions.avfilter_link);
  find(library, "avfilter_inout_alloc", functions.avfilter_inout_alloc);
  find(library, "avfilter_inout_free", functions.avfilter_inout_free);
  find(library, "av_buffersrc_parameters_alloc", functions.av_buffersrc_parameters_alloc);
  find(library, "av_buffersrc_parameters_set", functions.av_buffersrc_parameters_set);
  find(library, "av_buffersrc_add_frame_flags", functions.av_buffersrc_add_frame_flags);
  find(library, "av_buffersink_get_frame", functions.av_buffersink_get_frame);
  return functions;
}

}  // namespace

const FilterLibrary& filter_library() {
  static const FilterLibrary functions = load();
  return functions;
}

}  // namespace react1::media::ff
