// SPDX-License-Identifier: Apache-2.0
// Probing media files, and how clips are prepared. Data and options; the work is done by probe() here
// and by plan()/prepare() in pipeline.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/conform.hpp>
#include <react1/media_info.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>
#include <react1/sound.hpp>
#include <react1/source.hpp>
#include <react1/window.hpp>

namespace react1::REACT1_ABI {

/// Measures `source`: every packet is read; packets are decoded only where they lack durations. Throws Error{io}
/// (missing, unreadable), {media} (not media, damaged beyond reading), {network}, {interrupted}. Any thread; blocking.
[[nodiscard]] REACT1_API MediaInfo probe(const Source& source, const SourceOptions& options, const RunContext& context);
[[nodiscard]] REACT1_API MediaInfo probe(const Source& source);

enum class FpsPolicy {
  recommended,  ///< nearest of 24, 25, 30 and their NTSC variants; 50/60 are halved (React-1's recommended rates)
  keep,         ///< keep a constant source rate even when it is not a recommended one
};
/// "recommended", "keep". Throws Error{usage}, with the nearest word as a hint; so do the others of its kind.
[[nodiscard]] REACT1_API FpsPolicy parse_fps_policy(std::string_view text);

/// When a clip may be encoded again, which costs detail and time.
enum class ReencodePolicy {
  automatic,  ///< only when no lossless way gives a compliant clip
  always,     ///< even when one does: every clip has the same codec settings
  never,      ///< a clip that can't be copied is Error{media}. Sound that is not MP3 is encoded nevertheless
};
/// "auto", "always", "never".
[[nodiscard]] REACT1_API ReencodePolicy parse_reencode_policy(std::string_view text);

/// How a copied video clip is verified. Encoded clips were decoded anyway.
enum class CopyCheck {
  decode,   ///< every picture is decoded; a flipped bit inside one can't be detected otherwise
  packets,  ///< the pictures are counted; several times faster, for clips that were checked before
};
/// "decode", "packets".
[[nodiscard]] REACT1_API CopyCheck parse_copy_check(std::string_view text);

/// When a clip is encoded because of its colours. An encoded clip, for whatever reason, is BT.709.
enum class ColorPolicy {
  automatic,  ///< wide gamut (BT.2020, P3, ...) and tags unknown to decoders; standard SD tags are copied and kept
  bt709,      ///< everything but BT.709: SD matrices and primaries too, tagged or (untagged SD) implied
  keep,       ///< never for a tag alone; HDR is still mapped down
};
/// "auto", "bt709", "keep".
[[nodiscard]] REACT1_API ColorPolicy parse_color_policy(std::string_view text);

/// Quality of an encoded clip, against its size and the time it takes. docs/quality.md has the settings of each level
/// and measurements on real clips. A copied clip loses nothing, whatever is chosen.
enum class Quality {
  draft,     ///< fastest; for experiments
  standard,  ///< no visible loss
  high,      ///< closer to the source, at about twice the size
  lossless,  ///< the closest that the High profile allows, at many times the size. Only a copy is exact
};
/// "draft", "standard", "high", "lossless".
[[nodiscard]] REACT1_API Quality parse_quality(std::string_view text);

/// How clips are prepared. Defaults are those of pipelines/default.json (a test compares them).
struct PrepareOptions {
  WindowOptions video_window{};
  WindowOptions audio_window{};
  WindowChoice window = WindowChoice::head;  ///< moves only the audio, unless same_take
  /// VIDEO and AUDIO belong together: one window for both (the two above are then the same, and count from the first
  /// frame), the start offset kept, both clips cut at the same instants.
  bool same_take = false;
  CutOptions cut{};
  Seconds max_duration_s = 15;  ///< hard limit of the service, by every measure
  FpsPolicy fps = FpsPolicy::recommended;
  ReencodePolicy reencode = ReencodePolicy::automatic;
  /// A cut of copied packets ends where the packets allow it. When that is more than this before the wanted end, the
  /// video is encoded instead. ≥ 0.
  Seconds max_cut_loss_s = Seconds(1, 4);
  CopyCheck copy_check = CopyCheck::decode;
  ColorPolicy color = ColorPolicy::automatic;
  /// How much of a clip's window may be missing or damaged, its beginning and its end added up, before the clip is
  /// refused. What is left out is a warning. The head of a capture, up to its first picture that can be decoded, is not
  /// counted when that comes within 5 s. Damage in the middle ends the clip. 0 to 15.
  Seconds max_loss_s = Seconds(1, 2);
  /// Keep the good part of a clip however much of its window is lost, as long as it lasts a second.
  bool salvage = false;
  Conform conform = Conform::off;    ///< the video is fitted to the voice; what changes its timing encodes it
  Seconds conform_turn_reach_s = 1;  ///< bounce turns up to this early to do it in a pause of the speech; ≥ 0
  int max_width = 4096;              ///< larger pictures are scaled down; React-1 refuses more
  int max_height = 2160;
  Quality quality = Quality::standard;
  // For experts; each overrides the quality's setting.
  std::optional<int> video_crf{};                       ///< x264 constant rate factor, 0 to 51
  std::optional<std::string> video_preset{};            ///< x264 preset
  std::optional<int> audio_bitrate_kbps_per_channel{};  ///< MP3; 32 to 160
  /// EBU R128 integrated loudness of the prepared audio, -70 to -5, its true peak at most -1 dBTP; nullopt = untouched.
  std::optional<double> loudness_lufs{};
  SourceOptions source{};
};

/// What is done to a clip before it is sent, best first.
enum class ClipAction {
  passthrough,  ///< the same bytes
  remux,        ///< the same packets in a clean container
  cut,          ///< copied packets, fewer of them
  transcode,    ///< decoded and encoded again
};
[[nodiscard]] REACT1_API std::string_view to_string(ClipAction action) noexcept;

/// What will be done to the video, decided from MediaInfo alone. Data only; resolved values, no options.
struct VideoPlan {
  ClipAction action = ClipAction::transcode;
  std::vector<std::string> reasons;  ///< why no better action was possible, one sentence each
  int stream_index = 0;
  Seconds start_s, end_s;   ///< window relative to the first shown frame; half-open
  Rational fps = 0;         ///< of the prepared clip, constant
  std::int64_t frames = 0;  ///< exactly this many are written; frames / fps ≤ the limit
  /// Fitted to the voice: the window's frame (0 = its first, at `fps`) that each written frame shows. Empty: all, once.
  std::vector<std::int64_t> shows;
  bool exact_frames = false;  ///< fitted to the voice: a cut of fewer frames will not do
  int width = 0, height = 0;  ///< even, square pixels, upright
  Orientation orientation;    ///< to bake in
  Rational sar = 1;           ///< shape of the source's pixels
  bool deinterlace = false;
  std::string field_order;      ///< "tff" or "bff" when detected in the pictures; else the frames' flags apply
  std::string tone_map;         ///< "", "pq" or "hlg": the transfer to map down from
  std::string color_space;      ///< matrix of the source to convert from ("bt709", "smpte170m", "bt2020nc", …)
  std::string color_primaries;  ///< of the source to convert from; "" = BT.709's, or those of the matrix
  std::string color_transfer;   ///< of the source to convert from; "" = one of the usual SDR curves, which are kept
  bool full_range = false;      ///< the source is full range
  bool may_encode = true;       ///< false: a copy over the limit is an error and not encoded instead
  CopyCheck copy_check = CopyCheck::decode;
  bool decoded = false;  ///< planning has decoded the window without a fault; faults outside of it are no error
  int crf = 17;
  std::string preset = "veryfast";
};

/// What will be done to the audio.
struct AudioPlan {
  ClipAction action = ClipAction::transcode;
  std::vector<std::string> reasons;
  int stream_index = 0;
  Seconds start_s, end_s;    ///< window relative to the first sample; half-open
  std::int64_t samples = 0;  ///< exactly this many per channel at `sample_rate` go to the encoder
  int sample_rate = 0;       ///< of the prepared clip: 44100 or 48000
  int channels = 0;          ///< of the prepared clip: 1 or 2
  int bitrate_kbps = 128;    ///< in total
  std::int64_t packets = 0;  ///< for a cut: this many are copied
  SoundTreatment treatment{};
  bool may_encode = true;  ///< as in VideoPlan
  bool salvaged = false;   ///< the window ends before known damage; what follows is no error
};

/// One measure of a clip's length and its value. All of them must be ≤ the limit.
struct DurationMeasure {
  std::string name;  ///< e.g. "container_header", "packets_edit_list_ignored", "mp3_frames_with_tag"
  Seconds duration_s;
};

/// A clip that is ready for upload. `video` or `audio` facts are measured on the written file.
struct PreparedClip {
  std::string path;  ///< empty when only planned
  ClipAction action = ClipAction::transcode;
  std::vector<std::string> reasons;
  Seconds duration_s;  ///< frames / fps, or decoded samples / sample_rate
  std::int64_t bytes = 0;
  std::string sha256;                    ///< of the file, lower-case hex
  Seconds window_start_s, window_end_s;  ///< on the source, relative to its first frame or sample
  struct Video {
    std::int64_t frames = 0;
    Rational fps = 0;
    int width = 0, height = 0;
    std::string codec, pix_fmt;
  };
  struct Audio {
    std::int64_t samples = 0;
    int sample_rate = 0;
    int channels = 0;
    std::string codec;
  };
  std::optional<Video> video;
  std::optional<Audio> audio;
  std::optional<SoundLevels> levels;      ///< of the audio clip
  std::vector<Warning> warnings;          ///< found only while it was made, e.g. {"picture_changed", "…"}
  std::vector<DurationMeasure> measures;  ///< the proof of the 15-second promise; empty when only planned
};

}  // namespace react1::REACT1_ABI
