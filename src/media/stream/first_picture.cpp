// SPDX-License-Identifier: Apache-2.0
#include "media/stream/first_picture.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "media/ff/handles.hpp"
#include "media/format/h264_units.hpp"

namespace react1::media {
namespace {

constexpr int most_bytes = 16 << 20;

bool is_single_h264(const AVFormatContext& format) {
  return std::string_view{format.iformat->name}.rfind("mov,", 0) == 0 && format.nb_streams == 1 &&
         format.streams[0]->codecpar->codec_id == AV_CODEC_ID_H264 &&
         nal_length_size(*format.streams[0]->codecpar) > 0 && format.pb != nullptr &&
         (format.pb->seekable & AVIO_SEEKABLE_NORMAL) != 0;
}

/// The first packet's bytes, past the demuxer: it seeks to each packet by itself.
ff::Packet first_packet(AVFormatContext& format) {
  const AVIndexEntry* entry = avformat_index_get_entry(format.streams[0], 0);
  if (entry == nullptr || entry->size <= 0 || entry->size > most_bytes) return nullptr;
  ff::Packet packet = ff::make_packet();
  const std::int64_t position = avio_tell(format.pb);
  const bool read = avio_seek(format.pb, entry->pos, SEEK_SET) >= 0 &&
                    av_get_packet(format.pb, packet.get(), entry->size) == entry->size;
  avio_seek(format.pb, position, SEEK_SET);
  return read ? std::move(packet) : nullptr;
}

AVFieldOrder field_order(const AVCodecParameters& parameters, const AVPacket& packet) {
  const ff::CodecContext context{avcodec_alloc_context3(nullptr)};
  const std::unique_ptr<AVCodecParserContext, ff::FreeByValue<AVCodecParserContext, av_parser_close>> parser{
      av_parser_init(parameters.codec_id)};
  if (!context || !parser || avcodec_parameters_to_context(context.get(), &parameters) < 0) return AV_FIELD_UNKNOWN;
  parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  std::uint8_t* unused = nullptr;
  int unused_size = 0;
  av_parser_parse2(parser.get(), context.get(), &unused, &unused_size, packet.data, packet.size, AV_NOPTS_VALUE,
                   AV_NOPTS_VALUE, /*pos=*/0);
  return parser->field_order;
}

ff::CodecContext decode(const AVCodecParameters& parameters, const AVPacket& packet, std::int64_t max_pixels) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  ff::CodecContext context{avcodec_alloc_context3(codec)};
  if (!context) throw std::bad_alloc{};
  if (codec == nullptr || avcodec_parameters_to_context(context.get(), &parameters) < 0) return nullptr;
  context->thread_count = 1;
  context->max_pixels = max_pixels;
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return nullptr;
  const ff::Frame frame = ff::make_frame();
  if (avcodec_send_packet(context.get(), &packet) < 0 || avcodec_send_packet(context.get(), nullptr) < 0)
    return nullptr;
  if (avcodec_receive_frame(context.get(), frame.get()) < 0 || frame->decode_error_flags != 0) return nullptr;
  return context->pix_fmt == AV_PIX_FMT_NONE ? nullptr : std::move(context);
}

}  // namespace

bool learn_from_first_picture(AVFormatContext& format, std::int64_t max_pixels) {
  if (!is_single_h264(format)) return false;
  const ff::Packet packet = first_packet(format);
  if (!packet) return false;
  AVCodecParameters& parameters = *format.streams[0]->codecpar;
  const ff::CodecContext context = decode(parameters, *packet, max_pixels);
  if (!context) return false;
  const int delay = std::max(parameters.video_delay, context->has_b_frames);
  const AVFieldOrder order = field_order(parameters, *packet);
  const std::int64_t bit_rate = parameters.bit_rate;
  if (avcodec_parameters_from_context(&parameters, context.get()) < 0) return false;
  parameters.video_delay = delay;
  parameters.field_order = order;
  parameters.bit_rate = bit_rate;
  return true;
}

}  // namespace react1::media
