// SPDX-License-Identifier: Apache-2.0
#include "matrix/decoded.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"
#include "media/stream/stream_choice.hpp"

namespace react1::test {
namespace {

std::vector<std::uint8_t> plane(const AVFrame& frame, std::size_t index, int width, int height) {
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* line = frame.data[index] + std::ptrdiff_t{row} * frame.linesize[index];
    pixels.insert(pixels.end(), line, line + width);
  }
  return pixels;
}

Picture picture_of(const AVFrame& frame) {
  REQUIRE((frame.format == AV_PIX_FMT_YUV420P || frame.format == AV_PIX_FMT_YUVJ420P));
  const int width = (frame.width + 1) / 2;
  const int height = (frame.height + 1) / 2;
  return {frame.width, frame.height, plane(frame, 0, frame.width, frame.height), plane(frame, 1, width, height),
          plane(frame, 2, width, height)};
}

}  // namespace

std::vector<Picture> decode_pictures(const std::string& path) {
  media::Demuxer demuxer(path, media::DemuxerOptions{}, RunContext{});
  const int index = media::choose_streams(demuxer.format()).video.value();
  const std::array chosen{index};
  demuxer.select(chosen);
  media::Decoder decoder(demuxer.stream(index), /*threads=*/1, path);
  const auto packet = media::ff::make_packet();
  const auto frame = media::ff::make_frame();
  std::vector<Picture> pictures;
  const auto take = [&](const AVFrame& decoded) { pictures.push_back(picture_of(decoded)); };
  while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, take);
  decoder.decode(nullptr, *frame, take);
  CHECK(decoder.damaged() == 0);
  return pictures;
}

double combing(const Picture& picture) {
  std::int64_t combed = 0;
  for (int row = 1; row + 1 < picture.height; ++row) {
    for (int column = 0; column < picture.width; ++column) {
      const int above = picture.y(column, row - 1);
      const int here = picture.y(column, row);
      const int below = picture.y(column, row + 1);
      const bool stands_out = std::abs(here - above) > 24 && std::abs(here - below) > 24;
      if (stands_out && std::abs(above - below) < 12) ++combed;
    }
  }
  return static_cast<double>(combed) / (static_cast<double>(picture.width) * picture.height);
}

}  // namespace react1::test
