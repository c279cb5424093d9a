// Opens a file or http(s) URL and hands out its packets. Nothing is decoded here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/ff/handles.hpp"
#include "media/ff/interrupt.hpp"

#include <react1/media.hpp>
#include <react1/run_context.hpp>

namespace react1::media {

/// How a source is opened.
struct DemuxerOptions {
  /// MP4/MOV: show the packets as if the file held no edit list. Default: honour it, as players do.
  bool ignore_edit_list = false;
  /// MP4/MOV only, where the header tells what a reading without decoding needs: FFmpeg then decodes no pictures to
  /// learn the rest (pixel format, colours, field order stay unknown).
  bool header_is_enough = false;
  /// A source that delivers no byte for this long is given up.
  std::chrono::milliseconds stall_timeout{30'000};

  [[nodiscard]] static DemuxerOptions from(const SourceOptions& source) {
    return {.stall_timeout = source.stall_timeout};
  }
};

/// What the headers claim about a stream, before FFmpeg fills gaps with estimates. Ticks of the stream's time base.
struct HeaderClaim {
  std::optional<std::int64_t> duration;
  std::optional<std::int64_t> frames;
};

/// An open source. One thread at a time; `context` (its stop token) is copied, the observer is not used.
/// Only the file itself is read: playlists and scripts that name other files are refused, and a redirect can only
/// lead to another http(s) address.
class Demuxer {
 public:
  /// Opens `source` and learns its streams. Throws Error{io} (missing, a directory, unreadable), {media} (empty, not
  /// media, a playlist), {network} (with the HTTP status), {interrupted}.
  Demuxer(const std::string& source, const DemuxerOptions& options, const RunContext& context);
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;

  /// The next packet of any stream that is not discarded; unreferences what `packet` held. False at the end.
  /// Throws Error{io|network|interrupted|media} when the source fails. Damage that ends the reading early is an end,
  /// and then damage() says so.
  [[nodiscard]] bool read(AVPacket& packet);
  /// Why the reading ended before the end of the source; nullopt when it did not.
  [[nodiscard]] const std::optional<std::string>& damage() const noexcept { return damage_; }

  /// Goes to the last key frame of stream `index` at or before `ticks` (its time base). Throws Error{media|io|network}.
  void seek(int index, std::int64_t ticks);
  /// Reads only these streams from now on; the others' packets are skipped as cheaply as the format allows.
  void select(std::span<const int> indexes);

  [[nodiscard]] int stream_count() const noexcept { return static_cast<int>(format_->nb_streams); }
  /// Valid while this object lives. Throws Error{internal} for an index that is none.
  [[nodiscard]] AVStream& stream(int index) const;
  /// What the header said of stream `index`, unpolluted by estimates.
  [[nodiscard]] HeaderClaim header(int index) const;
  /// What the container header said of the whole file's length, AV_TIME_BASE ticks.
  [[nodiscard]] std::optional<std::int64_t> header_duration() const noexcept { return container_duration_; }
  [[nodiscard]] AVFormatContext& format() const noexcept { return *format_; }
  /// The source's name for messages: the path, or the URL without its secret parts.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  void open(const std::string& source, const DemuxerOptions& options);
  void remember_header();
  [[noreturn]] void fail(int rc, const char* what) const;

  std::string name_;
  ff::Interrupt interrupt_;  // before format_: FFmpeg calls it until the context is closed
  ff::InputFormat format_;
  std::vector<HeaderClaim> headers_;
  std::optional<std::int64_t> container_duration_;
  std::optional<std::string> damage_;
};

}  // namespace react1::media
