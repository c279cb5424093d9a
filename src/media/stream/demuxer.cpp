// SPDX-License-Identifier: Apache-2.0
#include "media/stream/demuxer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <vector>

extern "C" {
#include <libavutil/channel_layout.h>
}

#include "media/ff/check.hpp"
#include "media/format/h264_units.hpp"
#include "media/format/mp4_layout_io.hpp"
#include "media/stream/first_picture.hpp"
#include "media/stream/picture_memory.hpp"
#include "media/stream/skip_in_samples.hpp"

namespace react1::media {
namespace {

/// Formats whose content names other files or servers, that turn any text into pictures or sound, or that hold neither
/// and are read into memory as a whole.
constexpr std::array<std::string_view, 41> refused_formats{
    "hls",       "dash",       "concat",      "concatf",     "imf",       "sdp",
    "rtsp",      "sap",        "rtp",         "vobsub",      "tty",       "lavfi",
    "alias_pix", "avisynth",   "vapoursynth", "ffmetadata",  "applehttp", "webm_dash_manifest",
    "bin",       "sbg",        "image2",      "image2pipe",  "mlv",       "aqtitle",
    "ass",       "jacosub",    "lrc",         "microdvd",    "mpl2",      "mpsub",
    "pjs",       "realtext",   "sami",        "scc",         "srt",       "stl",
    "subviewer", "subviewer1", "sup",         "tedcaptions", "vplayer",
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

/// FFmpeg expects a list of allowed formats: all but the refused ones.
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

/// Replaces FFmpeg's own opening: nothing that a file refers to is opened.
int open_nothing(AVFormatContext* /*format*/, AVIOContext** /*io*/, const char* /*address*/, int /*flags*/,
                 AVDictionary** /*options*/) noexcept {
  return AVERROR(EACCES);
}

/// The largest picture that FFmpeg may decode to learn about a stream. To guess the delay of H.264 it decodes up to 20
/// of them, in decoders that can't be configured otherwise, and keeps as many as the stream requires.
std::int64_t pixels_to_learn_from(const AVCodecParameters& codec, std::int64_t max_pixels) {
  if (codec.codec_id != AV_CODEC_ID_H264) return max_pixels;
  constexpr std::int64_t pictures = 21;
  constexpr int usual_bytes_of_two_pixels = 3, most_bytes_of_two_pixels = 12;  // 4:2:0, 8 bits; 4:4:4, 14 bits
  constexpr std::uint8_t high = 100;                                           // the last profile of 4:2:0, 8 bits
  const bool tells_profile = nal_length_size(codec) > 0;
  const bool usual = !tells_profile || codec.extradata[1] <= high;
  const std::int64_t pair = usual ? usual_bytes_of_two_pixels : most_bytes_of_two_pixels;
  return std::min(max_pixels, PictureMemory::most_bytes / pictures * 2 / pair);
}

/// One set of settings per stream, for the decoders that FFmpeg opens to detect properties that the headers lack.
class StreamSettings {
 public:
  StreamSettings(const AVFormatContext& format, std::int64_t max_pixels) : entries_(format.nb_streams, nullptr) {
    for (unsigned i = 0; i < format.nb_streams; ++i) {
      av_dict_set_int(&entries_[i], "max_pixels", pixels_to_learn_from(*format.streams[i]->codecpar, max_pixels),
                      /*flags=*/0);
    }
  }
  StreamSettings(const StreamSettings&) = delete;
  StreamSettings& operator=(const StreamSettings&) = delete;
  ~StreamSettings() {
    for (AVDictionary*& entry : entries_) av_dict_free(&entry);
  }
  [[nodiscard]] AVDictionary** address() noexcept { return entries_.empty() ? nullptr : entries_.data(); }

 private:
  std::vector<AVDictionary*> entries_;
};

/// The largest file that is read as a whole for its frames: hours of sound.
constexpr std::int64_t largest_mp3 = std::int64_t{64} << 20;
constexpr std::int64_t largest_remote_mp3 = std::int64_t{16} << 20;
constexpr std::int64_t head_size = std::int64_t{64} << 10;

bool is_mp3_ending(const std::string& name) {
  std::string ending = name.substr(std::min(name.rfind('.'), name.size()));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return ending == ".mp3" || ending == ".mp2" || ending == ".mpga";
}

std::vector<std::uint8_t> head_of(SourceIo& io) {
  const std::vector<std::byte> bytes = io.beginning(head_size);
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

/// Only the name's ending is used to guess the format; FFmpeg would interpret "%03d" or "*" in it as a pattern.
std::string ending_of(const Source& source) {
  const std::string& address = source.address();
  const std::string path =
      source.kind() == Source::Kind::url ? address.substr(0, address.find_first_of("?#")) : address;
  std::string ending = std::filesystem::path(path).extension().string();
  std::erase_if(ending, [](unsigned char letter) { return letter != '.' && std::isalnum(letter) == 0; });
  return "clip" + ending;
}

}  // namespace

Demuxer::Demuxer(const Source& source, const DemuxerOptions& options, const RunContext& context)
    : name_(source.name()),
      options_(options),
      is_remote_(source.kind() == Source::Kind::url),
      interrupt_(context.stop, options.source.stall_timeout),
      io_(std::make_unique<SourceIo>(source, options.source, interrupt_)),
      size_(io_->size()) {
  context.throw_if_stopped();
  open(source);
  learn_streams();
}

void Demuxer::open(const Source& source) {
  const std::string ending = ending_of(source);
  const AVInputFormat* mp3 = av_find_input_format("mp3");
  // FFmpeg guesses, and may mistake a few frames of MP3 for another format.
  const bool is_sure = !io_->is_remote() && begins_as_mp3(head_of(*io_), size_ <= head_size);
  int opened = open_format(ending, is_sure ? mp3 : nullptr);
  // By its ending a picture would be read as one of a series of files; its content determines the format.
  if (opened == AVERROR(EINVAL)) opened = open_format("clip", nullptr);
  const bool is_unknown = opened == AVERROR(EINVAL) || opened == AVERROR_INVALIDDATA;
  // Bytes without a meaning before the first frame may look like something else, too.
  const bool is_doubtful = opened >= 0 && format_->iformat != mp3 && format_->probe_score <= AVPROBE_SCORE_EXTENSION &&
                           is_mp3_ending(ending);
  const bool is_mp3 = opened >= 0 && format_->iformat == mp3;
  if (!options_.packets_as_stored && (is_mp3 || is_unknown || is_doubtful) &&
      mend(source, is_mp3, is_mp3_ending(ending))) {
    opened = open_format(ending, mp3);
  }
  if (opened >= 0) return;
  if (opened == AVERROR(EINVAL) || opened == AVERROR_INVALIDDATA) {
    io_->rethrow_failure();
    throw_if_ended();
    if (!io_->is_remote() && begins_as_free_format(head_of(*io_))) {
      throw Error{ErrorCode::media, name_, "is MP3 of a free format (no bit rate), which FFmpeg can't decode",
                  Error::Extra{.hint = "encode it again at one of the standard bit rates"}};
    }
    const char* hint = source.kind() == Source::Kind::url
                           ? "the URL must lead to the file itself, by http(s) only; a page, a playlist or a script "
                             "that names other files is refused"
                           : "give a video or sound file; playlists and scripts that name other files are refused, "
                             "and an MP4 whose end is missing can't be read";
    throw Error{ErrorCode::media, name_, "this is not a media file",
                Error::Extra{.detail = ff::error_text(opened), .hint = hint}};
  }
  fail(opened, "opening");
}

/// Returns FFmpeg's code. Without a format, FFmpeg guesses it.
int Demuxer::open_format(const std::string& ending, const AVInputFormat* format) {
  // avformat_open_input() frees the context when it fails, so ownership starts after it.
  format_.reset();
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) throw std::bad_alloc{};
  raw->interrupt_callback = interrupt_.callback();
  raw->pb = &io_->context();
  raw->io_open = &open_nothing;
  ff::Dictionary settings;
  settings.set("format_whitelist", allowed_formats().c_str());
  settings.set("protocol_whitelist", "none");            // behind open_nothing(): no file, no socket
  settings.set("skip_estimate_duration_from_pts", "1");  // packets are measured; no seek to the end for an estimate
  settings.set("max_streams",
               std::to_string(options_.source.max_streams + 1).c_str());  // one more shows that there are too many
  if (options_.ignore_edit_list) settings.set("ignore_editlist", "1");
  interrupt_.begin();
  const int opened = avformat_open_input(&raw, ending.c_str(), format, settings.address());
  if (opened >= 0) format_.reset(raw);
  return opened;
}

/// True when the source has to be opened again, from a corrected copy in memory. A file is not requested from a server
/// twice.
bool Demuxer::mend(const Source& source, bool is_mp3, bool is_named_so) {
  if (size_ > (io_->is_remote() ? largest_remote_mp3 : largest_mp3)) return false;
  auto bytes = std::make_shared<std::vector<std::byte>>(io_->beginning(size_));
  const std::span file{reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()};
  mp3_ = scan_mp3(file);
  // An unknown file is MP3 when most of it is; a broken file of another kind may contain some too.
  constexpr std::size_t some_frames = 10;
  const bool found = mp3_ && (mp3_->sound_bytes() > size_ / 2 || (is_named_so && mp3_->frames.size() >= some_frames));
  if (!is_mp3 && !found) {
    mp3_.reset();
    return false;
  }
  if (mp3_ && !mp3_->flaws().empty()) {
    bytes = std::make_shared<std::vector<std::byte>>(mended_mp3(file, *mp3_));
  } else if (is_mp3 && !io_->is_remote()) {
    return false;
  }
  format_.reset();
  io_.reset();
  io_ = std::make_unique<SourceIo>(Source::memory(std::move(bytes), source.name()), options_.source, interrupt_);
  return true;
}

void Demuxer::learn_streams() {
  remember_header();
  const std::string_view format = format_->iformat->name;
  is_ogg_ = format == "ogg";
  is_mp4_ = format.starts_with("mov,");
  if (options_.header_is_enough && is_mp4_) return;
  if (is_mp4_ && !options_.packets_as_stored) early_.learn(*format_);
  StreamSettings settings(*format_, options_.source.max_pixels);
  interrupt_.begin();
  if (learn_from_first_picture(*format_, options_.source.max_pixels)) return;
  if (const int rc = avformat_find_stream_info(format_.get(), settings.address()); rc < 0) {
    fail(rc, "reading the streams");
  }
  io_->rethrow_failure();
  throw_if_ended();
  if (stream_count() > options_.source.max_streams) {
    throw Error{ErrorCode::media, name_, fmt::format("holds more than {} streams", options_.source.max_streams),
                Error::Extra{.hint = "export the video or the sound alone"}};
  }
  if (mp3_ && !mp3_->uniform()) take_first_frame();
  // FLV and similar formats report it only while the first packets are read; an estimate from the bit rate is no claim.
  if (!container_duration_ && format_->duration > 0 &&
      format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM) {
    container_duration_ = format_->duration;
  }
}

/// Where frames differ, FFmpeg describes the stream by any of them, and by another one as reading continues.
void Demuxer::take_first_frame() {
  AVCodecParameters& codec = *stream(0).codecpar;
  codec.sample_rate = mp3_->first.sample_rate;
  if (mp3_->changes_channels) av_channel_layout_default(&codec.ch_layout, 2);
}

void Demuxer::remember_header() {
  // A duration of all ones is an MP4's way of saying "unknown"; FFmpeg treats it as a length.
  constexpr std::int64_t all_ones = 0xFFFFFFFF;
  constexpr std::int64_t most_ticks = std::int64_t{1} << 62;
  const bool is_mp4 = std::string_view{format_->iformat->name}.rfind("mov,", 0) == 0;
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream& stream = *format_->streams[i];
    HeaderClaim claim;
    const bool unknown = is_mp4 && (stream.duration == all_ones || stream.duration >= most_ticks);
    if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0 && !unknown) claim.duration = stream.duration;
    if (stream.nb_frames > 0) claim.frames = stream.nb_frames;
    headers_.push_back(claim);
  }
  if (format_->duration == AV_NOPTS_VALUE) format_->duration = movie_duration();
  if (format_->duration != AV_NOPTS_VALUE && format_->duration > 0) container_duration_ = format_->duration;
}

/// FFmpeg from 7.1 on keeps an MP4's movie header to itself. For a URL two more requests are not worth it.
std::int64_t Demuxer::movie_duration() {
  AVIOContext& io = io_->context();
  if (is_remote_ || std::string_view{format_->iformat->name}.rfind("mov,", 0) != 0) return AV_NOPTS_VALUE;
  const auto layout = read_mp4_layout(io, io_->size(), Mp4Tables::skipped);
  if (!layout || layout->fragmented || layout->movie_duration <= 0 || layout->movie_timescale <= 0) {
    return AV_NOPTS_VALUE;
  }
  return av_rescale(layout->movie_duration, AV_TIME_BASE, layout->movie_timescale);
}

bool Demuxer::read(AVPacket& packet) {
  av_packet_unref(&packet);
  if (damage_) return false;
  interrupt_.begin();
  throw_if_ended();
  int rc = 0;
  do {
    av_packet_unref(&packet);
    rc = av_read_frame(format_.get(), &packet);
    if (rc >= 0) {
      require_plausible(packet);
      require_plausible_times(packet);
    }
    // Packets of other streams may still come from what FFmpeg buffered while it detected the streams.
  } while (rc == AVERROR(EAGAIN) || (rc >= 0 && !is_wanted(packet)));
  if (mp3_ && !mp3_->uniform()) take_first_frame();
  if (rc >= 0) return true;
  io_->rethrow_failure();
  throw_if_ended();
  // Some demuxers turn a failing read into an ordinary end; the I/O layer keeps the error.
  if (format_->pb != nullptr && format_->pb->error < 0 && format_->pb->error != AVERROR_EOF) {
    fail(format_->pb->error, "reading");
  }
  if (rc == AVERROR_EOF) return false;
  const Error cause = ff::make_error(rc, "reading", name_);
  if (cause.code() != ErrorCode::media) fail(rc, "reading");
  damage_ = ff::error_text(rc);
  return false;
}

bool Demuxer::is_wanted(AVPacket& packet) {
  const AVStream& its_stream = stream(packet.stream_index);
  if (is_ogg_ && ogg_headers_[packet.stream_index].is_header(packet, its_stream.codecpar->codec_id)) return false;
  if (is_mp4_) tell_skip_in_samples(its_stream, packet);
  early_.put_right(packet);
  return its_stream.discard != AVDISCARD_ALL && (options_.packets_as_stored || joiner_.take(its_stream, packet));
}

/// An index can name the same bytes, or none, a billion times. Each packet counts for a little more than its bytes, so
/// that empty ones are bounded too; edit lists and repeated headers legitimately return some bytes more than once.
void Demuxer::require_plausible(const AVPacket& packet) {
  constexpr std::int64_t per_packet = 32;
  constexpr std::int64_t times = 16;
  constexpr std::int64_t slack = std::int64_t{64} << 20;
  if (packet.size > options_.source.max_packet_bytes) {
    throw Error{ErrorCode::media, name_, fmt::format("a packet of {} bytes is larger than is decoded", packet.size),
                Error::Extra{.hint = "the file is damaged, or not a recording; export it again"}};
  }
  given_ += packet.size + per_packet;
  if (given_ - slack > times * std::min(size_, INT64_MAX / times)) {
    throw Error{ErrorCode::media, name_,
                fmt::format("no progress: it gives more packets than its {} bytes can hold", size_),
                Error::Extra{.hint = "its index is damaged; export it again"}};
  }
}

/// Sums and differences of what passes here fit 64 bits. At nanosecond ticks that is a quarter of a year.
void Demuxer::require_plausible_times(const AVPacket& packet) {
  constexpr std::int64_t most_ticks = std::int64_t{1} << 61;
  constexpr std::int64_t longest = std::int64_t{1} << 53;
  constexpr std::int64_t longest_packet = std::int64_t{1} << 47;
  first_.resize(std::max(first_.size(), static_cast<std::size_t>(packet.stream_index) + 1));
  std::optional<std::int64_t>& first = first_[static_cast<std::size_t>(packet.stream_index)];
  bool plausible = packet.duration >= -longest_packet && packet.duration <= longest_packet;
  for (const std::int64_t time : {packet.pts, packet.dts}) {
    if (time == AV_NOPTS_VALUE) continue;
    plausible = plausible && time >= -most_ticks && time <= most_ticks;
    if (plausible && !first) first = time;
    plausible = plausible && time - *first >= -longest && time - *first <= longest;
  }
  if (plausible) return;
  throw Error{ErrorCode::media, name_, "a packet's time is out of range",
              Error::Extra{.hint = "the file's index is damaged; export it again"}};
}

void Demuxer::seek(int index, std::int64_t ticks) {
  (void)stream(index);  // refuses an index that is none
  interrupt_.begin();
  damage_.reset();
  given_ = 0;
  joiner_.forget();
  if (const int rc = av_seek_frame(format_.get(), index, ticks, AVSEEK_FLAG_BACKWARD); rc < 0) {
    // FFmpeg returns EPERM for two different errors.
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

void Demuxer::throw_if_ended() const {
  if (const auto ended = interrupt_.error(name_)) throw *ended;
}

void Demuxer::fail(int rc, const char* what) const {
  io_->rethrow_failure();
  throw_if_ended();
  // Disk and network failures were thrown above; a demuxer also returns EIO for a file that ends
  // early.
  if (rc == AVERROR(EIO)) {
    throw Error{
        ErrorCode::media, name_, "is damaged, or its end is missing",
        Error::Extra{.detail = std::string{what} + ": " + ff::error_text(rc), .hint = "copy or export the file again"}};
  }
  throw ff::make_error(rc, what, name_);
}

}  // namespace react1::media
