// SPDX-License-Identifier: Apache-2.0
#include "media/probe/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "media/format/mp4_layout_io.hpp"

namespace react1::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Up to `count` bytes at `at`; fewer at the end.
Bytes bytes_at(AVIOContext& io, std::int64_t at, std::size_t count) {
  Bytes bytes(count);
  if (at < 0 || avio_seek(&io, at, SEEK_SET) < 0) return {};
  const int got = avio_read(&io, bytes.data(), static_cast<int>(count));
  bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
  return bytes;
}

std::uint64_t big_endian(const Bytes& bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8U | bytes[at + i];
  return value;
}

std::uint64_t little_endian(const Bytes& bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) value = value << 8U | bytes[at + i - 1];
  return value;
}

bool starts_with(const Bytes& bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin(), [](char a, std::uint8_t b) {
           return static_cast<std::uint8_t>(a) == b;
         });
}

/// Sizes near the maximum of 32 bits, and 0, are placeholders of writers that can't seek back.
std::optional<std::int64_t> missing_riff_bytes(AVIOContext& io, std::int64_t size) {
  constexpr std::uint64_t placeholder = 0x7FFFF000;
  const Bytes head = bytes_at(io, 0, 8);
  if (head.size() < 8 || !starts_with(head, "RIFF")) return std::nullopt;
  const std::uint64_t promised = little_endian(head, 4, 4);
  if (promised == 0 || promised >= placeholder) return std::nullopt;
  const std::int64_t missing = static_cast<std::int64_t>(promised) + 8 - size;
  // A missing pad byte at the end of an odd chunk is a common error.
  return missing > 1 ? missing : std::min<std::int64_t>(missing, 0);
}

/// The size of an EBML element (its data alone) at `at` and how many bytes the number takes; nullopt: unknown or none.
struct EbmlSize {
  std::uint64_t value = 0;
  std::size_t width = 0;
};
std::optional<EbmlSize> ebml_size(const Bytes& bytes, std::size_t at) {
  if (at >= bytes.size() || bytes[at] == 0) return std::nullopt;
  std::size_t width = 1;
  while ((bytes[at] & (0x80U >> (width - 1))) == 0) ++width;
  if (at + width > bytes.size()) return std::nullopt;
  const std::uint64_t all_ones = (std::uint64_t{1} << (7 * width)) - 1;
  const std::uint64_t value = big_endian(bytes, at, width) & all_ones;
  if (value == all_ones || value > (std::uint64_t{1} << 48U)) return std::nullopt;
  return EbmlSize{value, width};
}

std::optional<std::int64_t> missing_matroska_bytes(AVIOContext& io, std::int64_t size) {
  constexpr std::size_t id_width = 4;
  const Bytes head = bytes_at(io, 0, id_width + 8);
  if (head.size() <= id_width || big_endian(head, 0, id_width) != 0x1A45DFA3) return std::nullopt;
  const auto header = ebml_size(head, id_width);
  if (!header) return std::nullopt;
  const auto segment_at = static_cast<std::int64_t>(id_width + header->width + header->value);
  const Bytes segment = bytes_at(io, segment_at, id_width + 8);
  if (segment.size() <= id_width || big_endian(segment, 0, id_width) != 0x18538067) return std::nullopt;
  const auto content = ebml_size(segment, id_width);
  if (!content || content->value == 0) return std::nullopt;
  return segment_at + static_cast<std::int64_t>(id_width + content->width + content->value) - size;
}

/// The File Properties Object of the header has the size.
std::optional<std::int64_t> missing_asf_bytes(AVIOContext& io, std::int64_t size) {
  constexpr std::array<std::uint8_t, 16> properties{0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11,
                                                    0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65};
  constexpr std::size_t searched = std::size_t{64} << 10;
  constexpr std::size_t size_at = 40;   // after the object's and the file's identity
  constexpr std::size_t flags_at = 88;  // after times and counts
  const Bytes head = bytes_at(io, 0, searched);
  const auto found = std::search(head.begin(), head.end(), properties.begin(), properties.end());
  const auto at = static_cast<std::size_t>(found - head.begin());
  if (at + flags_at + 4 > head.size()) return std::nullopt;
  const bool live = (little_endian(head, at + flags_at, 4) & 1U) != 0;
  const std::uint64_t promised = little_endian(head, at + size_at, 8);
  if (live || promised == 0 || promised > (std::uint64_t{1} << 48U)) return std::nullopt;
  return static_cast<std::int64_t>(promised) - size;
}

/// FLV has no total size, but each tag is followed by its size: a file that ends with one is complete.
std::optional<std::int64_t> missing_flv_bytes(AVIOContext& io, std::int64_t size) {
  constexpr std::int64_t tag_header = 11;
  const Bytes last = bytes_at(io, size - 4, 4);
  if (last.size() < 4) return std::nullopt;
  const auto tag_size = static_cast<std::int64_t>(big_endian(last, 0, 4));
  const Bytes tag = bytes_at(io, size - 4 - tag_size, static_cast<std::size_t>(tag_header));
  const bool is_tag = tag_size > tag_header && tag.size() == static_cast<std::size_t>(tag_header) &&
                      static_cast<std::int64_t>(big_endian(tag, 1, 3)) + tag_header == tag_size;
  return is_tag ? std::optional<std::int64_t>{0} : std::nullopt;
}

/// Null when the source can't be read out of order.
AVIOContext* seekable_io(Demuxer& demuxer) {
  AVIOContext* io = demuxer.format().pb;
  const bool seekable = io != nullptr && demuxer.size() > 0 && (io->seekable & AVIO_SEEKABLE_NORMAL) != 0;
  return seekable ? io : nullptr;
}

}  // namespace

std::optional<std::int64_t> missing_bytes(Demuxer& demuxer) {
  AVIOContext* io = seekable_io(demuxer);
  const std::int64_t size = demuxer.size();
  if (io == nullptr) return std::nullopt;
  const std::string_view format = demuxer.format().iformat->name;
  if (format == "wav" || format == "avi") return missing_riff_bytes(*io, size);
  if (format.find("matroska") != std::string_view::npos) return missing_matroska_bytes(*io, size);
  if (format == "asf") return missing_asf_bytes(*io, size);
  if (format == "flv") return missing_flv_bytes(*io, size);
  return std::nullopt;
}

void hold_last_frame(MediaInfo& info, const ProbeFindings& findings, const Mp4Track* track) {
  VideoInfo& video = *info.video;
  if (video.header_frames.value_or(0) <= findings.video_packets) return;
  Seconds listed = 0;
  if (info.format == "avi" && is_whole(findings)) {
    listed = video.header_duration_s.value_or(0) - video.start_s;
  } else if (track != nullptr && findings.video_bytes_present && !video.edit_list && track->timescale > 0) {
    std::int64_t ticks = 0;
    for (const Mp4Run& run : track->table->durations) ticks += std::int64_t{run.count} * run.value;
    listed = Rational{ticks, track->timescale};
  }
  video.duration_s = std::max(video.duration_s, listed);
}

void hold_last_of_fragments(VideoInfo& video, Demuxer& demuxer, const Mp4Layout& layout, const Mp4Track& track,
                            const Seconds& counted_s) {
  AVIOContext* io = seekable_io(demuxer);
  if (io == nullptr || track.timescale <= 0) return;
  const auto last = last_fragment_sample(*io, demuxer.size(), layout, track.id);
  if (!last || *last > kLongestMp4Ticks) return;
  const Seconds held = Rational{*last, track.timescale} - counted_s;
  if (held * 2 > counted_s) video.duration_s = video.duration_s + held;  // beyond any rounding
}

}  // namespace react1::media
