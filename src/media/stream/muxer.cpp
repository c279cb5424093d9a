// SPDX-License-Identifier: Apache-2.0
#include "media/stream/muxer.hpp"

#include <cstdint>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include "core/own_file.hpp"
#include "media/ff/check.hpp"
#include "media/source/source_address.hpp"

namespace react1::media {

Muxer::Muxer(std::filesystem::path file, Container container)
    : file_(std::move(file)), name_(file_.string()), container_(container) {
  AVFormatContext* raw = nullptr;
  const std::string address = file_address(name_);
  ff::check(avformat_alloc_output_context2(&raw, nullptr, container == Container::mp4 ? "mp4" : "mp3", address.c_str()),
            "setting up the file", name_);
  format_.reset(raw);
  // Without the flag the muxer signs the file with its name and version.
  format_->flags |= AVFMT_FLAG_BITEXACT;
  require_own_file(file_);
  ff::check(avio_open2(&format_->pb, address.c_str(), AVIO_FLAG_WRITE, nullptr, nullptr), "creating the file", name_);
}

void Muxer::add_stream(const AVCodecParameters& parameters, AVRational time_base) {
  AVStream* stream = avformat_new_stream(format_.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc{};
  ff::check(avcodec_parameters_copy(stream->codecpar, &parameters), "setting up the file", name_);
  stream->codecpar->codec_tag = 0;  // the source container's four letters mean nothing in this one
  stream->time_base = time_base;
  time_base_ = time_base;
}

void Muxer::set_options(ff::Dictionary& options, bool reordered) const {
  if (container_ != Container::mp4) {
    options.set("write_xing", container_ == Container::mp3 ? "1" : "0");
    options.set("id3v2_version", "0");
    options.set("write_id3v1", "0");
    return;
  }
  // Reordered frames get negative composition offsets (ISO/IEC 14496-12, ctts version 1) rather than an edit list that
  // takes the reordering delay back: the clip is as long for a reader that ignores edit lists.
  options.set("movflags", reordered ? "+faststart+negative_cts_offsets" : "+faststart");
  options.set("use_editlist", "0");
  // The muxer doubles a coarse time scale until it reaches 10000. The movie header gets the same scale, so that its
  // duration is exact; at the default of 1000 it would be rounded up, possibly over the limit.
  std::int64_t scale = time_base_.den;
  while (scale < 10'000) scale *= 2;
  const std::string text = std::to_string(scale);
  options.set("video_track_timescale", text.c_str());
  options.set("movie_timescale", text.c_str());
}

void Muxer::start(bool reordered) {
  ff::Dictionary options;
  set_options(options, reordered);
  ff::check(avformat_write_header(format_.get(), options.address()), "writing the header", name_);
}

/// FFmpeg's MP3 muxer puts the padding of the last packet alone into the tag, but the padding may be longer than that
/// packet: LAME's begins in the packet before it for 46 of the 1,152 lengths. So each packet carries the sum so far.
void Muxer::sum_up_padding(AVPacket& packet) {
  std::size_t size = 0;
  std::uint8_t* skip = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  const std::int64_t here = skip != nullptr && size >= 8 ? std::int64_t{AV_RL32(skip + 4)} : 0;
  end_padding_ = here > 0 ? end_padding_ + here : 0;
  if (here > 0) AV_WL32(skip + 4, static_cast<std::uint32_t>(end_padding_));
}

void Muxer::write(AVPacket& packet) {
  if (container_ == Container::mp3) sum_up_padding(packet);
  av_packet_rescale_ts(&packet, time_base_, format_->streams[0]->time_base);
  packet.stream_index = 0;
  packet.pos = -1;
  ff::check(av_write_frame(format_.get(), &packet), "writing the file", name_);
  av_packet_unref(&packet);
}

void Muxer::finish() {
  ff::check(av_write_trailer(format_.get()), "finishing the file", name_);
  // A full disk may only show in the I/O layer, or at the last flush.
  const int failed = format_->pb->error;
  const int closed = avio_closep(&format_->pb);
  format_.reset();
  ff::check(failed, "writing the file", name_);
  ff::check(closed, "closing the file", name_);
}

}  // namespace react1::media
