// SPDX-License-Identifier: Apache-2.0
// For tests that open a written clip again and look at it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <react1/media.hpp>

namespace react1::test {

/// The luma plane of one frame, 8 bits.
struct Luma {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
};

/// All frames of the video stream `index`, decoded in order. 8-bit planar YUV only.
[[nodiscard]] std::vector<Luma> decode_luma(const std::string& path, int index = 0);
/// Peak signal to noise ratio over what both pictures cover, dB; 100 when equal.
[[nodiscard]] double psnr(const Luma& a, const Luma& b);
/// Index of the frame among `frames` that is most like `picture`.
[[nodiscard]] std::size_t most_alike(const Luma& picture, const std::vector<Luma>& frames);
/// Turned clockwise by 90 degrees.
[[nodiscard]] Luma turned(const Luma& picture);

/// First channel of the audio stream `index` as decoded, in -1 … 1; `channel` counts from 0.
[[nodiscard]] std::vector<float> decode_samples(const std::string& path, int index = 0, int channel = 0);
/// A 16-bit WAV file of interleaved samples.
void write_wav(const std::filesystem::path& path, int sample_rate, int channels, const std::vector<float>& samples);

/// Names of the boxes of an MP4 file in order, those inside moov, trak, mdia and udta included.
[[nodiscard]] std::vector<std::string> mp4_boxes(const std::filesystem::path& path);

/// Names of the files in a folder, hidden files included.
[[nodiscard]] std::vector<std::string> listing(const std::filesystem::path& folder);

}  // namespace react1::test
