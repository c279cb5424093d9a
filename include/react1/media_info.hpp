// SPDX-License-Identifier: Apache-2.0
// What was measured about a media file. Data only.
// Unknown is std::nullopt or an empty string, never 0. Times are exact seconds on the file's own timeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// Where a value comes from, most trustworthy first.
/// `sample_table` is a container's own list of every packet (MP4, MOV), checked against the file's size, or the byte
/// count of uncompressed sound.
enum class FactSource { decoded, packets, sample_table, stream_header, container_header, assumed };
[[nodiscard]] REACT1_API std::string_view to_string(FactSource source) noexcept;

/// FFmpeg's names ("tv", "bt709", …); empty = the file does not say.
struct ColorInfo {
  std::string range, space, transfer, primaries;
};

/// How the picture has to be turned to be upright: first mirror left-right, then rotate clockwise.
struct Orientation {
  int rotation_deg = 0;  ///< clockwise, one of 0, 90, 180, 270
  bool mirrored = false;
};

/// From `start_s` (of the first shown frame on) the coded picture has this size, in pixels.
struct PictureSize {
  Seconds start_s;
  int width = 0, height = 0;
};

/// The chosen video stream.
struct VideoInfo {
  int index = 0;                              ///< stream index in the file
  std::string codec, profile;                 ///< FFmpeg names; profile empty when unknown
  int width = 0, height = 0;                  ///< coded picture, pixels, before rotation
  int display_width = 0, display_height = 0;  ///< square pixels, upright
  Orientation orientation;
  Rational sar = 1;  ///< sample aspect ratio; 1 when unset
  std::string pix_fmt;
  int bit_depth = 8;  ///< of the first component
  bool has_alpha = false;
  ColorInfo color;
  std::string hdr;          ///< "", "pq", "hlg", "dolby_vision_8.4", or "dolby_vision_N": no ordinary base layer
  std::string field_order;  ///< "tff" or "bff" when plan() detected it in the pictures, else ""
  bool interlaced = false;
  bool has_b_frames = false;  ///< packets are reordered
  Rational fps = 0;           ///< the measured nominal rate (median interval); 0 = fewer than 2 frames
  bool vfr = false;           ///< intervals differ by more than the time base's rounding
  bool coarse_times = false;  ///< constant, but ticks are so long that only counting distinguishes frames
  std::int64_t frames = 0;    ///< packets that are shown (edit list honoured)
  Seconds start_s;            ///< first shown frame
  Seconds duration_s;         ///< first frame's start to last frame's end
  FactSource duration_source = FactSource::packets;
  FactSource fps_source = FactSource::packets;
  std::optional<Seconds> header_duration_s;  ///< what the stream header claims; a hint
  std::optional<std::int64_t> header_frames;
  bool starts_with_key_frame = true;
  bool truncated = false;  ///< the header promises more than the file holds
  /// In order of time, when it has several or another than `width` × `height`; else empty.
  std::vector<PictureSize> sizes;
  bool parameters_change = false;        ///< H.264: the size or another basic property may change in the middle
  std::int64_t pictureless_packets = 0;  ///< H.264, HEVC: packets that hold parameters only; no part of `frames`
  bool edit_list = false;                ///< ignoring edit lists would change start, count or duration
};

/// A part of the sound in which time passes evenly. Between two parts there is a gap (time without samples), an overlap
/// (samples stored twice), or a change of the recorder's clock.
struct SoundPiece {
  std::int64_t first_sample = 0;  ///< the stored sample that it begins with; priming is not counted
  Seconds start_s;                ///< when that sample sounds, relative to AudioInfo::start_s
  /// Seconds that pass while one second's worth of samples plays. Not 1: the error of the recorder's sample clock.
  Rational stretch = 1;
};

/// What reading an MP3 file frame by frame found.
struct Mp3Facts {
  std::int64_t frames = 0;                 ///< with sound: the tag's own is left out
  bool uniform = true;                     ///< one sample rate and one number of channels in all of them
  bool variable_rate = false;              ///< the bit rate changes
  std::int64_t skipped_bytes = 0;          ///< between the frames, not part of any frame; left out
  std::optional<std::int64_t> tag_frames;  ///< as its Xing, Info or VBRI tag claims
  /// What misleads a reader of the file, or makes it search for frames; one sentence each. Only a file without flaws is
  /// passed on unchanged.
  std::vector<std::string> flaws;
};

/// The chosen audio stream.
struct AudioInfo {
  int index = 0;
  std::string codec;
  int sample_rate = 0;  ///< Hz
  int channels = 0;
  std::string layout;  ///< "mono", "stereo", "5.1", …
  std::string sample_fmt;
  std::int64_t samples = 0;  ///< stored per channel; without priming and padding where the file specifies them
  std::int64_t priming = 0;  ///< samples decoded before the first audible one; 0 when the file specifies none
  Seconds start_s;
  /// From the first sample to the end of the last on the file's timeline: samples / sample_rate, gaps added, overlaps
  /// and drift counted.
  Seconds duration_s;
  /// Where timestamps and sample counts disagree: in order, the first one begins at sample 0 and time 0. Empty for
  /// sound without gaps, overlaps or drift, which is the usual case.
  std::vector<SoundPiece> pieces;
  Seconds timestamp_bias_s;     ///< mean delay of the timestamps relative to the first, caused by rounding
  bool clock_restarts = false;  ///< timestamps begin again in the middle: joined recordings
  FactSource duration_source = FactSource::packets;
  std::optional<Seconds> header_duration_s;
  bool truncated = false;         ///< the header promises more than the file holds
  std::optional<Mp3Facts> mp3{};  ///< of MP3 in a file of its own, unless that is too large to be read as a whole
};

/// One line per stream of the file, chosen or not.
struct StreamInfo {
  int index = 0;
  std::string type;  ///< "video", "audio", "subtitle", "data", "attachment"
  std::string codec;
  std::string language, title;  ///< empty when untagged
  bool is_default = false;
  bool attached_pic = false;  ///< cover art, timed thumbnails, still images: never chosen as video
  bool chosen = false;
};

/// A finding that a person should know, e.g. {"vfr", "…"}. `code` is stable.
struct Warning {
  std::string code, message;
};

/// The result of probe().
struct MediaInfo {
  std::string path;    ///< as given, signed parts of a URL redacted
  std::string format;  ///< FFmpeg demuxer name, e.g. "mov,mp4,m4a,3gp,3g2,mj2"
  std::optional<std::int64_t> size_bytes;
  std::optional<Seconds> container_duration_s;  ///< header value; a hint
  Seconds duration_s;                           ///< the longest chosen stream, measured
  bool moov_first = false;                      ///< MP4/MOV only: the index precedes the media data
  bool fragmented = false;                      ///< MP4/MOV only: the index is spread over fragments
  bool still_image = false;                     ///< a picture file, or one single frame
  std::vector<std::string> metadata_keys;       ///< container and stream tag names (never their values)
  std::optional<VideoInfo> video;
  std::optional<AudioInfo> audio;
  std::vector<StreamInfo> streams;
  std::vector<Warning> warnings;
};

}  // namespace react1::REACT1_ABI
