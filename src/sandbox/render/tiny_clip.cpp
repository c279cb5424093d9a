// SPDX-License-Identifier: Apache-2.0
#include "sandbox/render/tiny_clip.hpp"

#include <algorithm>
#include <cstring>
#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
}

#include "sandbox/clips/timeline.hpp"
#include "sandbox/render/result_clip.hpp"

namespace react1::sandbox {
namespace {

constexpr int side = 64;
constexpr int frames = 25;

media::ff::Frame grey_picture() {
  auto picture = media::ff::make_frame();
  picture->format = AV_PIX_FMT_YUV420P;
  picture->width = picture->height = side;
  if (av_frame_get_buffer(picture.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  for (int plane = 0; plane < 3; ++plane) {
    const auto rows = static_cast<std::size_t>(plane == 0 ? side : side / 2);
    std::memset(picture->data[plane], 128, rows * static_cast<std::size_t>(picture->linesize[plane]));
  }
  return picture;
}

media::ff::Frame silence(int samples) {
  auto sound = media::ff::make_frame();
  sound->format = AV_SAMPLE_FMT_FLTP;
  sound->sample_rate = output_sample_rate;
  sound->nb_samples = samples;
  av_channel_layout_default(&sound->ch_layout, 1);
  if (av_frame_get_buffer(sound.get(), /*align=*/0) < 0) throw std::bad_alloc{};
  av_samples_set_silence(sound->extended_data, /*offset=*/0, samples, /*nb_channels=*/1, AV_SAMPLE_FMT_FLTP);
  return sound;
}

}  // namespace

void make_tiny_clip(const std::string& path) {
  Output output(path, {.width = side, .height = side, .fps = frames, .sar = 1, .channels = 1});
  for (int i = 0; i < frames; ++i) output.add_picture(*grey_picture());
  while (output.samples() < output_sample_rate) {
    const auto left = static_cast<int>(output_sample_rate - output.samples());
    output.add_sound(*silence(std::min(output.sound_piece(), left)));
  }
  output.finish();
}

}  // namespace react1::sandbox
