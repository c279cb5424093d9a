// SPDX-License-Identifier: Apache-2.0
// Every value that FFmpeg can report for matrix, primaries and transfer, through the plan's rules and the filters.
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include <react1/media.hpp>

#include "media/ff/check.hpp"
#include "media/picture/filter_graph.hpp"
#include "plan/color.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace react1 {
namespace {

constexpr int side = 16;

media::ff::Frame flat(int y, int cb, int cr) {
  media::ff::Frame frame = media::ff::make_frame();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = frame->height = side;
  REQUIRE(av_frame_get_buffer(frame.get(), /*align=*/0) == 0);
  const std::array values{y, cb, cr};
  for (std::size_t plane = 0; plane < values.size(); ++plane) {
    const int rows = plane == 0 ? side : side / 2;
    std::memset(frame->data[plane], values.at(plane), static_cast<std::size_t>(frame->linesize[plane] * rows));
  }
  return frame;
}

std::string word(const char* name) {
  return name == nullptr || std::strcmp(name, "unknown") == 0 ? std::string() : std::string(name);
}

struct Tags {
  AVColorSpace space;
  AVColorPrimaries primaries;
  AVColorTransferCharacteristic transfer;
};

VideoPlan plan_for(const Tags& tags) {
  VideoInfo video;
  video.pix_fmt = "yuv420p";
  video.width = video.height = side;
  video.color = {.range = "tv",
                 .space = word(av_color_space_name(tags.space)),
                 .transfer = word(av_color_transfer_name(tags.transfer)),
                 .primaries = word(av_color_primaries_name(tags.primaries))};
  if (tags.transfer == AVCOL_TRC_SMPTE2084) video.hdr = "pq";
  if (tags.transfer == AVCOL_TRC_ARIB_STD_B67) video.hdr = "hlg";
  VideoPlan plan;
  plan.fps = 25;
  plan.width = plan.height = side;
  plan.tone_map = video.hdr;
  plan.color_space = planning::choose_color_space(video);
  plan.color_primaries = planning::choose_color_primaries(video);
  plan.color_transfer = planning::choose_color_transfer(video);
  return plan;
}

struct Converted {
  int y = 0, cb = 0, cr = 0;
};

Converted converted(const Tags& tags, media::ff::Frame frame) {
  frame->colorspace = tags.space;
  frame->color_primaries = tags.primaries;
  frame->color_trc = tags.transfer;
  frame->color_range = AVCOL_RANGE_MPEG;
  Converted result;
  media::FilterGraph graph(plan_for(tags), "sweep", [](const auto&, const auto&) {});
  const media::FilterGraph::Sink sink = [&](AVFrame& out) {
    result = {out.data[0][side / 2], out.data[1][side / 4], out.data[2][side / 4]};
  };
  graph.push(*frame, sink);
  graph.flush(sink);
  return result;
}

/// A curve that is no display's changes the level of grey, and so does HDR.
bool keeps_levels(AVColorTransferCharacteristic transfer) {
  switch (transfer) {
    case AVCOL_TRC_LINEAR:
    case AVCOL_TRC_LOG:
    case AVCOL_TRC_LOG_SQRT:
    case AVCOL_TRC_SMPTE428:
    case AVCOL_TRC_SMPTE2084:
    case AVCOL_TRC_ARIB_STD_B67:
      return false;
    default:
      return true;
  }
}

/// YCgCo and similar put green where others put blue, and XYZ's white is no grey: grey stays grey only elsewhere.
bool keeps_grey(const Tags& tags) {
  return tags.primaries != AVCOL_PRI_SMPTE428;
}

}  // namespace

TEST_CASE("every matrix, transfer and primaries that FFmpeg can name is converted, and grey stays grey") {
  int checked = 0;
  for (int space = 0; space < AVCOL_SPC_NB; ++space) {
    for (int primaries = 0; primaries < AVCOL_PRI_NB; ++primaries) {
      if (primaries > AVCOL_PRI_SMPTE432 && primaries < AVCOL_PRI_EBU3213) continue;
      for (int transfer = 0; transfer < AVCOL_TRC_NB; ++transfer) {
        const Tags tags{static_cast<AVColorSpace>(space), static_cast<AVColorPrimaries>(primaries),
                        static_cast<AVColorTransferCharacteristic>(transfer)};
        CAPTURE(space);
        CAPTURE(primaries);
        CAPTURE(transfer);
        Converted grey;
        REQUIRE_NOTHROW(grey = converted(tags, flat(126, 128, 128)));
        ++checked;
        if (keeps_grey(tags)) {
          CHECK(std::abs(grey.cb - 128) <= 1);
          CHECK(std::abs(grey.cr - 128) <= 1);
        }
        if (keeps_levels(tags.transfer) && keeps_grey(tags)) CHECK(std::abs(grey.y - 126) <= 2);
      }
    }
  }
  CHECK(checked > 3000);
}

}  // namespace react1
