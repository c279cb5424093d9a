// SPDX-License-Identifier: Apache-2.0
#include "unit/media/pictures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "core/atomic_file.hpp"
#include "media/stream/decoder.hpp"
#include "media/stream/demuxer.hpp"

namespace react1::test {
namespace {

template <class Take>
void decode_all(const std::string& path, int index, Take&& take) {
  media::Demuxer demuxer(path, media::DemuxerOptions{}, RunContext{});
  const std::array chosen{index};
  demuxer.select(chosen);
  media::Decoder decoder(demuxer.stream(index), /*threads=*/1, path);
  const auto packet = media::ff::make_packet();
  const auto frame = media::ff::make_frame();
  while (demuxer.read(*packet)) decoder.decode(packet.get(), *frame, take);
  decoder.decode(nullptr, *frame, take);
  CHECK(decoder.damaged() == 0);
}

}  // namespace

std::vector<Luma> decode_luma(const std::string& path, int index) {
  std::vector<Luma> frames;
  decode_all(path, index, [&](AVFrame& frame) {
    Luma luma{frame.width, frame.height, {}};
    for (int y = 0; y < frame.height; ++y) {
      const std::uint8_t* row = frame.data[0] + std::ptrdiff_t{y} * frame.linesize[0];
      luma.pixels.insert(luma.pixels.end(), row, row + frame.width);
    }
    frames.push_back(std::move(luma));
  });
  return frames;
}

double psnr(const Luma& a, const Luma& b) {
  const auto width = static_cast<std::size_t>(std::min(a.width, b.width));
  const int height = std::min(a.height, b.height);
  std::int64_t sum = 0;
  for (int y = 0; y < height; ++y) {  // by pointers: without optimisation, at() takes nearly all of the tests' time
    const std::uint8_t* of_a = &a.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(a.width)];
    const std::uint8_t* of_b = &b.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(b.width)];
    for (std::size_t x = 0; x < width; ++x) {
      const int difference = of_a[x] - of_b[x];
      sum += difference * difference;
    }
  }
  if (sum == 0) return 100;
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(width) * height / static_cast<double>(sum));
}

std::size_t most_alike(const Luma& picture, const std::vector<Luma>& frames) {
  std::size_t best = 0;
  double best_psnr = -1;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double alike = psnr(picture, frames[i]);
    if (alike > best_psnr) {
      best = i;
      best_psnr = alike;
    }
  }
  return best;
}

Luma turned(const Luma& picture) {
  Luma result{picture.height, picture.width, {}};
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) result.pixels.push_back(picture.at(y, picture.height - 1 - x));
  }
  return result;
}

std::vector<float> decode_samples(const std::string& path, int index, int channel) {
  std::vector<float> samples;
  decode_all(path, index, [&](AVFrame& frame) {
    for (int i = 0; i < frame.nb_samples; ++i) {
      switch (frame.format) {
        case AV_SAMPLE_FMT_FLTP: {
          float value = 0;
          std::memcpy(&value, frame.extended_data[channel] + static_cast<std::size_t>(i) * sizeof value, sizeof value);
          samples.push_back(value);
          break;
        }
        case AV_SAMPLE_FMT_S16: {
          std::int16_t value = 0;
          const auto at = static_cast<std::size_t>(i * frame.ch_layout.nb_channels + channel);
          std::memcpy(&value, frame.extended_data[0] + at * sizeof value, sizeof value);
          samples.push_back(static_cast<float>(value) / 32768.0F);
          break;
        }
        default:
          FAIL("unexpected sample format");
      }
    }
  });
  return samples;
}

void write_wav(const std::filesystem::path& path, int sample_rate, int channels, const std::vector<float>& samples) {
  std::string bytes;
  const auto number = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  };
  const auto data_size = static_cast<std::uint32_t>(samples.size() * 2);
  const auto rate = static_cast<std::uint32_t>(sample_rate);
  const auto count = static_cast<std::uint32_t>(channels);
  bytes += "RIFF";
  number(36 + data_size, 4);
  bytes += "WAVEfmt ";
  number(16, 4);
  number(1, 2);
  number(count, 2);
  number(rate, 4);
  number(rate * count * 2, 4);
  number(count * 2, 2);
  number(16, 2);
  bytes += "data";
  number(data_size, 4);
  for (const float sample : samples) {
    const auto value = static_cast<std::int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32767.0F));
    number(static_cast<std::uint16_t>(value), 2);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

namespace {

void list_boxes(std::string_view bytes, std::vector<std::string>& names) {
  constexpr std::array<std::string_view, 5> holders{"moov", "trak", "mdia", "udta", "edts"};
  while (bytes.size() >= 8) {
    std::uint64_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    const std::string_view name = bytes.substr(4, 4);
    names.emplace_back(name);
    if (size < 8 || size > bytes.size()) return;
    if (std::find(holders.begin(), holders.end(), name) != holders.end()) {
      list_boxes(bytes.substr(8, static_cast<std::size_t>(size) - 8), names);
    }
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

}  // namespace

std::vector<std::string> mp4_boxes(const std::filesystem::path& path) {
  std::vector<std::string> names;
  list_boxes(read_file(path), names);
  return names;
}

std::vector<std::string> listing(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace react1::test
