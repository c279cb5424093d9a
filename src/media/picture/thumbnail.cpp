// SPDX-License-Identifier: Apache-2.0
#include "media/picture/thumbnail.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <react1/error.hpp>

namespace react1::media {
namespace {

bool is_full_range(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return true;
    default:
      return frame.color_range == AVCOL_RANGE_JPEG;
  }
}

/// SSIM of one 8×8 window.
double window_ssim(const Thumbnail& a, const Thumbnail& b, int left, int top) {
  constexpr double count = kThumbnailBlock * kThumbnailBlock;
  constexpr double c1 = (0.01 * 255) * (0.01 * 255);
  constexpr double c2 = (0.03 * 255) * (0.03 * 255);
  double sum_a = 0;
  double sum_b = 0;
  double squares = 0;
  double products = 0;
  for (int y = top; y < top + kThumbnailBlock; ++y) {
    for (int x = left; x < left + kThumbnailBlock; ++x) {
      const double pa = a.pixels[a.index_of(x, y)];
      const double pb = b.pixels[b.index_of(x, y)];
      sum_a += pa;
      sum_b += pb;
      squares += pa * pa + pb * pb;
      products += pa * pb;
    }
  }
  const double mean_a = sum_a / count;
  const double mean_b = sum_b / count;
  const double variances = squares / count - mean_a * mean_a - mean_b * mean_b;
  const double covariance = products / count - mean_a * mean_b;
  return (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
         ((mean_a * mean_a + mean_b * mean_b + c1) * (variances + c2));
}

}  // namespace

Thumbnailer::Thumbnailer(int width, int height) : width_(width), height_(height) {}

Thumbnailer Thumbnailer::shaped_like(int width, int height) {
  constexpr int wide = 160;
  const std::int64_t exact = width > 0 ? std::int64_t{wide} * height / width : kThumbnailBlock;
  const std::int64_t rounded = (exact + kThumbnailBlock / 2) / kThumbnailBlock * kThumbnailBlock;
  return {wide, static_cast<int>(std::clamp<std::int64_t>(rounded, kThumbnailBlock, 640))};
}

void Thumbnailer::set_up(const AVFrame& frame) {
  const int range = is_full_range(frame) ? 1 : 0;
  if (scaler_ && frame.width == from_width_ && frame.height == from_height_ && frame.format == from_format_ &&
      range == from_range_) {
    return;
  }
  scaler_.reset(sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), width_, height_,
                               AV_PIX_FMT_GRAY8, SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!scaler_) {
    const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format));
    throw Error{ErrorCode::media, name == nullptr ? "unknown pixel format" : name,
                "pictures of this format can't be read"};
  }
  const int* coefficients = sws_getCoefficients(SWS_CS_DEFAULT);
  constexpr int one = 1 << 16;
  // Fails for formats that have no range to convert (RGB), which need none.
  sws_setColorspaceDetails(scaler_.get(), coefficients, range, coefficients, /*dstRange=*/1, /*brightness=*/0, one,
                           one);
  from_width_ = frame.width;
  from_height_ = frame.height;
  from_format_ = frame.format;
  from_range_ = range;
}

void Thumbnailer::shrink(const AVFrame& frame, Thumbnail& to) {
  set_up(frame);
  to.width = width_;
  to.height = height_;
  to.pixels.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  const std::array<std::uint8_t*, 4> planes{to.pixels.data(), nullptr, nullptr, nullptr};
  const std::array strides{width_, 0, 0, 0};
  sws_scale(scaler_.get(), frame.data, frame.linesize, /*srcSliceY=*/0, frame.height, planes.data(), strides.data());
}

double mean_difference(const Thumbnail& a, const Thumbnail& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(int{a.pixels[i]} - int{b.pixels[i]});
  return a.pixels.empty() ? 0 : static_cast<double>(sum) / 255.0 / static_cast<double>(a.pixels.size());
}

void block_differences(const Thumbnail& a, const Thumbnail& b, std::vector<double>& to) {
  to.clear();
  for (int top = 0; top + kThumbnailBlock <= a.height; top += kThumbnailBlock) {
    for (int left = 0; left + kThumbnailBlock <= a.width; left += kThumbnailBlock) {
      int sum = 0;
      for (int y = top; y < top + kThumbnailBlock; ++y) {
        for (int x = left; x < left + kThumbnailBlock; ++x) {
          sum += std::abs(int{a.pixels[a.index_of(x, y)]} - int{b.pixels[b.index_of(x, y)]});
        }
      }
      to.push_back(sum / (255.0 * kThumbnailBlock * kThumbnailBlock));
    }
  }
}

double ssim(const Thumbnail& a, const Thumbnail& b) {
  constexpr int step = kThumbnailBlock / 2;
  double sum = 0;
  int windows = 0;
  for (int top = 0; top + kThumbnailBlock <= a.height; top += step) {
    for (int left = 0; left + kThumbnailBlock <= a.width; left += step) {
      sum += window_ssim(a, b, left, top);
      ++windows;
    }
  }
  return windows == 0 ? 0 : sum / windows;
}

double mean_luma(const Thumbnail& picture) {
  const auto sum = std::accumulate(picture.pixels.begin(), picture.pixels.end(), std::int64_t{0});
  return picture.pixels.empty() ? 0 : static_cast<double>(sum) / 255.0 / static_cast<double>(picture.pixels.size());
}

std::uint64_t gradient_signature(const Thumbnail& picture) {
  constexpr std::size_t columns = 9;
  constexpr std::size_t rows = 8;
  std::array<std::int64_t, columns * rows> sums{};
  std::array<std::int64_t, columns * rows> counts{};
  const auto width = static_cast<std::size_t>(picture.width);
  const auto height = static_cast<std::size_t>(picture.height);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t cell = y * rows / height * columns + x * columns / width;
      sums[cell] += picture.pixels[y * width + x];
      ++counts[cell];
    }
  }
  std::uint64_t bits = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column + 1 < columns; ++column) {
      const std::size_t left = row * columns + column;
      // Means compared without dividing.
      bits = bits << 1U | (sums[left] * counts[left + 1] < sums[left + 1] * counts[left] ? 1U : 0U);
    }
  }
  return bits;
}

}  // namespace react1::media
