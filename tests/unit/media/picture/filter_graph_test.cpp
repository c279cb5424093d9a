// SPDX-License-Identifier: Apache-2.0
#include "media/picture/filter_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "media/picture/filter_chain.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

using react1::VideoPlan;
using react1::media::filter_chain;
using react1::media::FilterGraph;
using react1::media::PictureFormat;
namespace ff = react1::media::ff;

namespace {

VideoPlan plan_for(int width, int height) {
  VideoPlan plan;
  plan.fps = 25;
  plan.width = width;
  plan.height = height;
  plan.color_space = "bt709";
  return plan;
}

PictureFormat picture(int width, int height, AVPixelFormat format = AV_PIX_FMT_YUV420P) {
  return {width, height, format, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A frame whose bytes come from `value(plane, x, y)`, 8 bits a sample.
ff::Frame make_frame(AVPixelFormat format, int width, int height, const std::function<int(int, int, int)>& value) {
  ff::Frame frame = ff::make_frame();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  REQUIRE(av_frame_get_buffer(frame.get(), /*align=*/0) == 0);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  for (int plane = 0; plane < av_pix_fmt_count_planes(format); ++plane) {
    const bool chroma = (description->flags & AV_PIX_FMT_FLAG_RGB) == 0 && (plane == 1 || plane == 2);
    const int rows = chroma ? AV_CEIL_RSHIFT(height, description->log2_chroma_h) : height;
    const int columns = chroma ? AV_CEIL_RSHIFT(width, description->log2_chroma_w) : width;
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) {
        frame->data[plane][std::ptrdiff_t{y} * frame->linesize[plane] + x] =
            static_cast<std::uint8_t>(value(plane, x, y));
      }
    }
  }
  return frame;
}

int sample(const AVFrame& frame, int plane, int x, int y) {
  return frame.data[plane][std::ptrdiff_t{y} * frame.linesize[plane] + x];
}

/// What comes out for one frame.
ff::Frame filtered(const VideoPlan& plan, AVFrame& frame) {
  ff::Frame result;
  FilterGraph graph(plan, "test", [](const PictureFormat&, const PictureFormat&) {});
  const FilterGraph::Sink sink = [&](AVFrame& out) {
    CHECK_FALSE(result);
    result.reset(av_frame_clone(&out));
  };
  graph.push(frame, sink);
  graph.flush(sink);
  REQUIRE(result);
  CHECK(result->format == AV_PIX_FMT_YUV420P);
  CHECK(result->width == plan.width);
  CHECK(result->height == plan.height);
  return result;
}

}  // namespace

TEST_CASE("a picture that already fits is touched by no filter") {
  CHECK(filter_chain(plan_for(640, 360), picture(640, 360)).empty());

  auto frame = make_frame(AV_PIX_FMT_YUV420P, 64, 36, [](int, int x, int y) { return (x * 7 + y) & 0xFF; });
  const std::uint8_t* pixels = frame->data[0];
  const auto result = filtered(plan_for(64, 36), *frame);
  CHECK(result->data[0] == pixels);  // the very same memory
}

TEST_CASE("only what is needed is in the chain") {
  VideoPlan plan = plan_for(640, 360);
  plan.deinterlace = true;
  CHECK(filter_chain(plan, picture(640, 360)) == "bwdif=mode=send_frame:parity=auto:deint=all");
  plan.field_order = "bff";
  CHECK(filter_chain(plan, picture(640, 360)) == "bwdif=mode=send_frame:parity=bff:deint=all");

  plan = plan_for(360, 640);
  plan.orientation = {.rotation_deg = 90, .mirrored = true};
  CHECK(filter_chain(plan, picture(640, 360)) == "hflip,transpose=clock");

  CHECK(filter_chain(plan_for(320, 240), picture(321, 241)) == "crop=320:240:0:0:exact=1");
  CHECK(filter_chain(plan_for(322, 240), picture(321, 241)) ==
        "crop=321:240:0:0:exact=1,pad=322:240:0:0,fillborders=right=1:bottom=0:mode=smear");
}

TEST_CASE("another size is scaled once, with the better filter") {
  const std::string chain = filter_chain(plan_for(1920, 1080), picture(3840, 2160));
  CHECK(contains(chain, "zscale=1920:1080:filter=lanczos"));
  CHECK(contains(chain, "matrixin=bt709"));
}

TEST_CASE("matrix, range and depth are converted from what the plan says") {
  VideoPlan plan = plan_for(720, 576);
  plan.color_space = "smpte170m";
  CHECK(
      contains(filter_chain(plan, picture(720, 576)), "matrixin=smpte170m:rangein=limited:matrix=bt709:range=limited"));
  plan.full_range = true;
  CHECK(contains(filter_chain(plan, picture(720, 576)), "rangein=full"));
  // What the frame says of its range counts more.
  PictureFormat limited = picture(720, 576);
  limited.color_range = AVCOL_RANGE_MPEG;
  CHECK(contains(filter_chain(plan, limited), "rangein=limited"));
  CHECK(contains(filter_chain(plan_for(720, 576), picture(720, 576, AV_PIX_FMT_YUVJ420P)), "rangein=full"));
  CHECK(contains(filter_chain(plan_for(720, 576), picture(720, 576, AV_PIX_FMT_YUV420P10LE)), "dither=ordered"));
  plan.color_space = "bt2020nc";
  CHECK(contains(filter_chain(plan, limited), "primariesin=bt2020:transferin=bt709:primaries=bt709"));
}

TEST_CASE("primaries and curves that are not BT.709's go through linear light, the usual SDR curves do not") {
  VideoPlan plan = plan_for(720, 576);
  plan.color_primaries = "smpte432";
  CHECK(contains(filter_chain(plan, picture(720, 576)),
                 "matrixin=bt709:rangein=limited:primariesin=12:transferin=bt709:primaries=bt709:transfer=bt709"));
  plan.color_transfer = "linear";
  CHECK(contains(filter_chain(plan, picture(720, 576)), "primariesin=12:transferin=8"));
  plan = plan_for(720, 576);
  plan.color_space = "smpte240m";
  CHECK(contains(filter_chain(plan, picture(720, 576)), "matrixin=7:"));
  plan.color_space = "ictcp";
  CHECK(contains(filter_chain(plan, picture(720, 576)), "matrixin=bt2020nc:"));
}

TEST_CASE("a picture of another shape is centred whole") {
  const auto pad = [](const VideoPlan& plan, const PictureFormat& source) {
    const std::string chain = filter_chain(plan, source);
    return chain.substr(std::min(chain.find("pad="), chain.size()));
  };
  CHECK(pad(plan_for(640, 480), picture(480, 640)) == "pad=640:480:140:0");
  CHECK(pad(plan_for(480, 640), picture(640, 480)) == "pad=480:640:0:140");
  CHECK(pad(plan_for(640, 360), picture(320, 180)).empty());
  CHECK(pad(plan_for(640, 360), picture(318, 179)).empty());  // rounding
  VideoPlan turned = plan_for(480, 640);
  turned.orientation.rotation_deg = 90;
  CHECK(pad(turned, picture(640, 480)).empty());
  CHECK(pad(turned, picture(480, 640)) == "pad=480:640:0:140");
  // A broadcast goes from 4:3 to 16:9 by the shape of its pixels alone.
  VideoPlan narrow = plan_for(768, 576);
  narrow.sar = react1::Rational(16, 15);
  PictureFormat wide = picture(720, 576);
  CHECK(pad(narrow, wide).empty());
  wide.sar = react1::Rational(4, 3);
  CHECK(pad(narrow, wide) == "pad=768:576:0:72");
}

TEST_CASE("a square stays one when the phone is turned") {
  const auto square = [](int width, int height) {
    return make_frame(AV_PIX_FMT_YUV420P, width, height, [=](int plane, int x, int y) {
      const int half = plane == 0 ? 20 : 10;
      const int w = plane == 0 ? width : width / 2;
      const int h = plane == 0 ? height : height / 2;
      const bool inside = std::abs(2 * x - w) < 2 * half && std::abs(2 * y - h) < 2 * half;
      return plane > 0 ? 128 : inside ? 235 : 60;
    });
  };
  auto frame = square(120, 160);
  const auto result = filtered(plan_for(160, 120), *frame);
  int across = 0;
  int down = 0;
  for (int x = 0; x < 160; ++x) across += sample(*result, 0, x, 60) > 150 ? 1 : 0;
  for (int y = 0; y < 120; ++y) down += sample(*result, 0, 80, y) > 150 ? 1 : 0;
  CHECK(std::abs(across - 30) <= 1);
  CHECK(std::abs(down - 30) <= 1);
  CHECK(sample(*result, 0, 4, 60) == 16);
}

TEST_CASE("HDR is mapped from its own transfer in linear light") {
  VideoPlan plan = plan_for(1920, 1080);
  plan.color_space = "bt2020nc";
  plan.tone_map = "pq";
  const std::string pq = filter_chain(plan, picture(1920, 1080, AV_PIX_FMT_YUV420P10LE));
  CHECK(contains(pq, "transferin=smpte2084"));
  CHECK(contains(pq, "tonemap=mobius:param=3/5:peak=2463/500"));
  CHECK(contains(pq, "matrix=bt709:transfer=bt709:range=limited,format=yuv420p"));
  plan.tone_map = "hlg";
  CHECK(contains(filter_chain(plan, picture(1920, 1080, AV_PIX_FMT_YUV420P10LE)), "transferin=arib-std-b67"));
}

TEST_CASE("orientations put the marked corner where it belongs") {
  // White square in the top left corner of a wide picture.
  const auto corner = [](int plane, int x, int y) { return plane > 0 ? 128 : (x < 16 && y < 16 ? 235 : 16); };
  struct Case {
    react1::Orientation orientation;
    bool right, bottom;
  };
  // Mirrored first, then turned clockwise.
  for (const Case& expected :
       {Case{{0, false}, false, false}, Case{{90, false}, true, false}, Case{{180, false}, true, true},
        Case{{270, false}, false, true}, Case{{0, true}, true, false}, Case{{90, true}, true, true},
        Case{{180, true}, false, true}, Case{{270, true}, false, false}}) {
    CAPTURE(expected.orientation.rotation_deg);
    CAPTURE(expected.orientation.mirrored);
    const bool upright = expected.orientation.rotation_deg % 180 == 0;
    VideoPlan plan = upright ? plan_for(64, 48) : plan_for(48, 64);
    plan.orientation = expected.orientation;
    auto frame = make_frame(AV_PIX_FMT_YUV420P, 64, 48, corner);
    const auto result = filtered(plan, *frame);
    const int left = 4, right = plan.width - 5, top = 4, bottom = plan.height - 5;
    CHECK(sample(*result, 0, expected.right ? right : left, expected.bottom ? bottom : top) > 200);
    CHECK(sample(*result, 0, expected.right ? left : right, expected.bottom ? top : bottom) < 50);
    CHECK(sample(*result, 0, expected.right ? right : left, expected.bottom ? top : bottom) < 50);
  }
}

TEST_CASE("BT.601 red becomes BT.709 red and full range becomes limited") {
  VideoPlan plan = plan_for(64, 64);
  plan.color_space = "smpte170m";
  auto red = make_frame(AV_PIX_FMT_YUV420P, 64, 64, [](int plane, int, int) {
    return std::array{81, 90, 240}.at(static_cast<std::size_t>(plane));
  });
  const auto converted = filtered(plan, *red);
  CHECK(std::abs(sample(*converted, 0, 32, 32) - 63) <= 1);
  CHECK(std::abs(sample(*converted, 1, 16, 16) - 102) <= 1);
  CHECK(std::abs(sample(*converted, 2, 16, 16) - 240) <= 1);

  plan.color_space = "bt709";
  plan.full_range = true;
  auto white = make_frame(AV_PIX_FMT_YUVJ420P, 64, 64, [](int plane, int, int) { return plane == 0 ? 255 : 128; });
  CHECK(sample(*filtered(plan, *white), 0, 32, 32) == 235);
}

TEST_CASE("RGB becomes BT.709 and what is transparent becomes black") {
  VideoPlan plan = plan_for(64, 64);
  plan.color_space = "gbr";
  // Planes of gbrap: green, blue, red, alpha. Green all over, opaque on the left only.
  const auto half_green = [](int plane, int x, int) { return plane == 0 ? 255 : plane == 3 ? (x < 32 ? 255 : 0) : 0; };
  auto frame = make_frame(AV_PIX_FMT_GBRAP, 64, 64, half_green);
  const auto result = filtered(plan, *frame);
  CHECK(std::abs(sample(*result, 0, 8, 32) - 173) <= 1);  // 16 + 219 × 0.7152
  CHECK(sample(*result, 0, 56, 32) == 16);
  CHECK(std::abs(sample(*result, 1, 28, 16) - 128) <= 1);

  plan.color_space = "bt709";
  const auto half_white = [](int plane, int x, int) {
    return plane == 0 ? 235 : plane == 3 ? (x < 32 ? 255 : 0) : 128;
  };
  auto yuva = make_frame(AV_PIX_FMT_YUVA420P, 64, 64, half_white);
  const auto flat = filtered(plan, *yuva);
  CHECK(sample(*flat, 0, 8, 32) == 235);
  CHECK(std::abs(sample(*flat, 0, 56, 32) - 16) <= 1);
}

TEST_CASE("every common pixel format finds its way to yuv420p") {
  for (const AVPixelFormat format :
       {AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_NV12, AV_PIX_FMT_YUYV422,
        AV_PIX_FMT_UYVY422, AV_PIX_FMT_RGB24, AV_PIX_FMT_BGRA, AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P10LE,
        AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P12LE, AV_PIX_FMT_P010LE, AV_PIX_FMT_YUV411P, AV_PIX_FMT_GBRP10LE,
        AV_PIX_FMT_YUVA444P10LE, AV_PIX_FMT_RGB48LE, AV_PIX_FMT_YUV410P}) {
    CAPTURE(std::string(av_get_pix_fmt_name(format)));
    auto frame = ff::make_frame();
    frame->format = format;
    frame->width = 66;
    frame->height = 50;
    REQUIRE(av_frame_get_buffer(frame.get(), /*align=*/0) == 0);
    for (const AVBufferRef* buffer : frame->buf) {
      if (buffer != nullptr) std::fill_n(buffer->data, buffer->size, std::uint8_t{0});
    }
    (void)filtered(plan_for(66, 50), *frame);
  }
}

TEST_CASE("odd sizes of subsampled formats are cropped before they are scaled") {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P10LE}) {
    CAPTURE(std::string(av_get_pix_fmt_name(format)));
    auto frame = ff::make_frame();
    frame->format = format;
    frame->width = 321;
    frame->height = 241;
    REQUIRE(av_frame_get_buffer(frame.get(), /*align=*/0) == 0);
    (void)filtered(plan_for(160, 120), *frame);
  }
}

TEST_CASE("a deinterlacer gives one frame for each, all of them after the flush") {
  VideoPlan plan = plan_for(64, 64);
  plan.deinterlace = true;
  FilterGraph graph(plan, "test", [](const PictureFormat&, const PictureFormat&) {});
  std::vector<int> given;
  const FilterGraph::Sink sink = [&](AVFrame& out) { given.push_back(sample(out, 0, 30, 30)); };
  for (int i = 0; i < 7; ++i) {
    auto frame =
        make_frame(AV_PIX_FMT_YUV420P, 64, 64, [&](int plane, int, int) { return plane == 0 ? 20 + 20 * i : 128; });
    graph.push(*frame, sink);
  }
  graph.flush(sink);
  REQUIRE(given.size() == 7);
  CHECK(std::is_sorted(given.begin(), given.end()));
  CHECK(given.front() == 20);
  CHECK(given.back() == 140);
}

TEST_CASE("a picture that changes its size in the middle is fitted again and the change reported") {
  int changes = 0;
  FilterGraph graph(plan_for(64, 64), "test", [&](const PictureFormat& before, const PictureFormat& after) {
    ++changes;
    CHECK(before.width == 64);
    CHECK(after.width == 32);
  });
  int given = 0;
  const FilterGraph::Sink sink = [&](AVFrame& out) {
    ++given;
    CHECK(out.width == 64);
    CHECK(out.height == 64);
  };
  const auto grey = [](int, int, int) { return 128; };
  for (int i = 0; i < 4; ++i) {
    auto frame = i < 2 ? make_frame(AV_PIX_FMT_YUV420P, 64, 64, grey) : make_frame(AV_PIX_FMT_YUV420P, 32, 32, grey);
    graph.push(*frame, sink);
  }
  graph.flush(sink);
  CHECK(given == 4);
  CHECK(changes == 1);
}
