#include "media/demuxer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/redact.hpp"
#include "media/ff/check.hpp"
#include "media/first_picture.hpp"
#include "media/source_address.hpp"

namespace react1::media {
namespace {

/// Formats whose content names other files or servers, or that turn any text into pictures.
constexpr std::array<std::string_view, 19> refused_formats{
    "hls",    "dash", "concat", "concatf",   "imf",      "sdp",         "rtsp",       "sap",       "rtp",
    "vobsub", "tty",  "lavfi",  "alias_pix", "avisynth", "vapoursynth", "ffmetadata", "applehttp", "webm_dash_manifest",
    "bin",
};

bool is_refused(std::string_view names) {
  return std::any_of(refused_formats.begin(), refused_formats.end(), [&](std::string_view refused) {
    for (std::size_t begin = 0; begin <= names.size();) {
      const std::size_t end = std::min(names.find(',', begin), names.size());
      if (names.substr(begin, end - begin) == refused) return true;
      begin = end + 1;
    }
    return false;
  });
}

/// FFmpeg takes a list of what is allowed, so the refused ones are left out of the list of all.
const std::string& allowed_formats() {
  static const std::string list = [] {
    std::string names;
    void* position = nullptr;
    while (const AVInputFormat* format = av_demuxer_iterate(&position)) {
      if (is_refused(format->name)) continue;
      if (!names.empty()) names += ',';
      names += format->name;
    }
    return names;
  }();
  return list;
}

/// What the file system knows is told in plain words before FFmpeg sees the path: its own answer to an empty file, a
/// folder or a text file is the same.
void check_local(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error) throw ff::make_error(AVERROR(error.value()), "opening", path);
  if (status.type() == fs::file_type::directory) throw ff::make_error(AVERROR(EISDIR), "opening", path);
  if (status.type() != fs::file_type::regular) {
    throw Error{ErrorCode::io, path, "this is not a regular file", Error::Extra{.hint = "name a file on disk"}};
  }
  if (fs::file_size(path, error) == 0 && !error) {
    throw Error{ErrorCode::media, path, "the file is empty",
                Error::Extra{.hint = "it may still be being written, or its copy failed"}};
  }
}

}  // namespace

Demuxer::Demuxer(const std::string& source, const DemuxerOptions& options, const RunContext& context)
    : name_(redact_url(source)), interrupt_(context.stop, options.stall_timeout) {
  context.throw_if_stopped();
  open(source, options);
}

void Demuxer::open(const std::string& source, const DemuxerOptions& options) {
  const bool is_url = is_http_url(source);
  if (!is_url) check_local(source);

  // avformat_open_input() frees the context when it fails, so ownership starts after it.
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) throw std::bad_alloc{};
  interrupt_.attach(*raw);
  ff::Dictionary settings;
  confine(settings, source);
  settings.set("format_whitelist", allowed_formats().c_str());
  settings.set("pattern_type", "none");                  // a "%03d" in a picture's name is just a name
  settings.set("skip_estimate_duration_from_pts", "1");  // packets are measured; no need to seek to the end for a guess
  if (options.ignore_edit_list) settings.set("ignore_editlist", "1");
  interrupt_.begin();
  const int opened = avformat_open_input(&raw, address_of(source).c_str(), nullptr, settings.address());
  if (opened < 0) {
    if (opened == AVERROR(EINVAL) || opened == AVERROR_INVALIDDATA) {
      const char* hint = is_url
                             ? "the URL must lead to the file itself, by http(s) only; a page, a playlist or a script "
                               "that names other files is refused"
                             : "give a video or sound file; playlists and scripts that name other files are refused, "
                               "and an MP4 whose end is missing can't be read";
      throw Error{ErrorCode::media, name_, "this is not a media file",
                  Error::Extra{.detail = ff::error_text(opened), .hint = hint}};
    }
    fail(opened, "opening");
  }
  format_.reset(raw);
  remember_header();
  if (options.header_is_enough && std::string_view{format_->iformat->name}.rfind("mov,", 0) == 0) return;
  interrupt_.begin();
  if (learn_from_first_picture(*format_)) return;
  interrupt_.begin();
  if (const int rc = avformat_find_stream_info(format_.get(), nullptr); rc < 0) fail(rc, "reading the streams");
  if (const auto stopped = interrupt_.error(name_)) throw *stopped;
  // FLV and its like only tell while the first packets are read; a guess from the bit rate is no claim.
  if (!container_duration_ && format_->duration > 0 &&
      format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM) {
    container_duration_ = format_->duration;
  }
}

void Demuxer::remember_header() {
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream& stream = *format_->streams[i];
    HeaderClaim claim;
    if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) claim.duration = stream.duration;
    if (stream.nb_frames > 0) claim.frames = stream.nb_frames;
    headers_.push_back(claim);
  }
  if (format_->duration != AV_NOPTS_VALUE && format_->duration > 0) container_duration_ = format_->duration;
}

bool Demuxer::read(AVPacket& packet) {
  av_packet_unref(&packet);
  if (damage_) return false;
  interrupt_.begin();
  if (const auto stopped = interrupt_.error(name_)) throw *stopped;
  int rc = 0;
  do {
    av_packet_unref(&packet);
    rc = av_read_frame(format_.get(), &packet);
    // Packets of other streams may still come from what FFmpeg buffered while it learned the streams.
  } while (rc == AVERROR(EAGAIN) || (rc >= 0 && stream(packet.stream_index).discard == AVDISCARD_ALL));
  if (rc >= 0) return true;
  if (const auto stopped = interrupt_.error(name_)) throw *stopped;
  // Some demuxers turn a failing read into an ordinary end; the I/O layer remembers.
  if (format_->pb != nullptr && format_->pb->error < 0 && format_->pb->error != AVERROR_EOF) {
    fail(format_->pb->error, "reading");
  }
  if (rc == AVERROR_EOF) return false;
  const Error cause = ff::make_error(rc, "reading", name_);
  if (cause.code() != ErrorCode::media) throw cause;
  damage_ = ff::error_text(rc);
  return false;
}

void Demuxer::seek(int index, std::int64_t ticks) {
  (void)stream(index);  // refuses an index that is none
  interrupt_.begin();
  damage_.reset();
  if (const int rc = av_seek_frame(format_.get(), index, ticks, AVSEEK_FLAG_BACKWARD); rc < 0) {
    // FFmpeg says a bare EPERM for two different things.
    if (rc == AVERROR(EPERM)) {
      throw Error{ErrorCode::media, name_, "can't go to that position",
                  Error::Extra{.detail = "the source can't be read out of order, or holds no key frame there"}};
    }
    fail(rc, "seeking");
  }
}

// NOLINTNEXTLINE(*-make-member-function-const): it changes what read() hands out
void Demuxer::select(std::span<const int> indexes) {
  for (int i = 0; i < stream_count(); ++i) {
    const bool wanted = std::find(indexes.begin(), indexes.end(), i) != indexes.end();
    stream(i).discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

AVStream& Demuxer::stream(int index) const {
  if (index < 0 || index >= stream_count()) {
    throw Error{ErrorCode::internal, name_, "there is no stream " + std::to_string(index)};
  }
  return *format_->streams[index];
}

HeaderClaim Demuxer::header(int index) const {
  const auto at = static_cast<std::size_t>(index);
  return at < headers_.size() ? headers_[at] : HeaderClaim{};
}

void Demuxer::fail(int rc, const char* what) const {
  if (const auto stopped = interrupt_.error(name_)) throw *stopped;
  throw ff::make_error(rc, what, name_);
}

}  // namespace react1::media
