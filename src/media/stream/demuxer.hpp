// SPDX-License-Identifier: Apache-2.0
// Opens a source and reads its packets. Nothing is decoded here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/ff/handles.hpp"
#include "media/ff/interrupt.hpp"
#include "media/format/mp3_scan.hpp"
#include "media/format/ogg_headers.hpp"
#include "media/source/source_io.hpp"
#include "media/stream/early_packet.hpp"
#include "media/stream/picture_joiner.hpp"

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// How a source is opened.
struct DemuxerOptions {
  /// MP4/MOV: ignore edit lists. Default: honour them, as players do.
  bool ignore_edit_list = false;
  /// MP4/MOV only, where the header suffices for reading without decoding: FFmpeg then decodes no pictures to
  /// detect the rest (pixel format, colours, field order stay unknown).
  bool header_is_enough = false;
  /// Return packets without a picture
  /// unchanged, not joined to the next picture's (see PictureJoiner), and MP3 as stored, not corrected (see Mp3Scan).
  bool packets_as_stored = false;
  SourceOptions source{};

  [[nodiscard]] static DemuxerOptions from(const SourceOptions& source) { return {.source = source}; }
};

/// What the headers claim about a stream, before FFmpeg fills gaps with estimates. Ticks of the stream's time base.
struct HeaderClaim {
  std::optional<std::int64_t> duration;
  std::optional<std::int64_t> frames;
};

/// An open source. One thread at a time; `context` (its stop token) is copied, the observer is not used.
/// Only the source itself is read: FFmpeg opens nothing, playlists and scripts that name other files are refused, and a
/// redirect can only lead to another http(s) address.
class Demuxer {
 public:
  /// Opens `source` and detects its streams. Throws Error{io} (missing, a directory, unreadable), {media} (empty, not
  /// media, a playlist, over a limit), {network} (with the HTTP status), {interrupted}.
  Demuxer(const Source& source, const DemuxerOptions& options, const RunContext& context);
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  /// The next packet of any stream that is not discarded; unreferences what `packet` held. False at the end.
  /// Throws Error{io|network|interrupted|media} when the source fails, or gives more than its size can hold. Damage
  /// that ends the reading early is an end, and damage() then has the reason.
  [[nodiscard]] bool read(AVPacket& packet);
  /// Why the reading ended before the end of the source; nullopt when it did not.
  [[nodiscard]] const std::optional<std::string>& damage() const noexcept { return damage_; }

  /// Goes to the last key frame of stream `index` at or before `ticks` (its time base). Throws Error{media|io|network}.
  void seek(int index, std::int64_t ticks);
  /// Reads only these streams from now on; the others' packets are skipped as cheaply as the format allows.
  void select(std::span<const int> indexes);

  /// Packets of stream `index` that held no picture and were joined to the one after them.
  [[nodiscard]] std::int64_t joined(int index) const { return joiner_.joined(index); }

  [[nodiscard]] int stream_count() const noexcept { return static_cast<int>(format_->nb_streams); }
  /// Valid while this object lives. Throws Error{internal} for an index that is none.
  [[nodiscard]] AVStream& stream(int index) const;
  /// The header's claims about stream `index`, without estimates.
  [[nodiscard]] HeaderClaim header(int index) const;
  /// The container header's duration of the file, AV_TIME_BASE ticks.
  [[nodiscard]] std::optional<std::int64_t> header_duration() const noexcept { return container_duration_; }
  [[nodiscard]] AVFormatContext& format() const noexcept { return *format_; }
  /// Of the whole source, bytes.
  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  /// The frames of MPEG audio, corrected where necessary; nullopt for all else, and for a
  /// file that is too large to be read frame by frame.
  [[nodiscard]] const std::optional<Mp3Scan>& mp3() const noexcept { return mp3_; }
  /// The source's name for messages: the path, or the URL without its secret parts.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  void open(const Source& source);
  [[nodiscard]] int open_format(const std::string& ending, const AVInputFormat* format);
  [[nodiscard]] bool mend(const Source& source, bool is_mp3, bool is_named_so);
  void learn_streams();
  void take_first_frame();
  void remember_header();
  [[nodiscard]] std::int64_t movie_duration();
  [[nodiscard]] bool is_wanted(AVPacket& packet);
  void require_plausible(const AVPacket& packet);
  void require_plausible_times(const AVPacket& packet);
  void throw_if_ended() const;
  [[noreturn]] void fail(int rc, const char* what) const;

  std::string name_;
  DemuxerOptions options_;
  bool is_remote_;
  ff::Interrupt interrupt_;       // before what calls it until it is closed
  std::unique_ptr<SourceIo> io_;  // before format_, which reads through it
  std::int64_t size_;
  std::optional<Mp3Scan> mp3_;
  ff::InputFormat format_;
  PictureJoiner joiner_;
  EarlyPackets early_;
  bool is_ogg_ = false, is_mp4_ = false;
  std::map<int, OggHeaders> ogg_headers_;           // by stream
  std::int64_t given_ = 0;                          // what the packets since the last seek add up to
  std::vector<std::optional<std::int64_t>> first_;  // time of each stream's first packet
  std::vector<HeaderClaim> headers_;
  std::optional<std::int64_t> container_duration_;
  std::optional<std::string> damage_;
};

}  // namespace react1::media
