// Looking into media files and choosing how clips are made. Data and options; the work is probe() here
// and plan()/prepare() in pipeline.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/media_info.hpp>
#include <react1/rational.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

namespace react1 {

/// Measures `source`: every packet is read, nothing is decoded unless the packets do not tell. Throws Error{io}
/// (missing, unreadable), {media} (not media, damaged beyond reading), {network}, {interrupted}. Any thread; blocking.
[[nodiscard]] MediaInfo probe(const Source& source, const SourceOptions& options, const RunContext& context);
[[nodiscard]] MediaInfo probe(const Source& source);

/// Which part of a clip to take, relative to its first frame or sample. At most two of the three may be set.
/// Default: from the start, as much as the limit allows.
struct WindowOptions {
  std::optional<Seconds> start{};     ///< ≥ 0; default 0
  std::optional<Seconds> duration{};  ///< > 0; longer than the limit is shortened to it, with a warning
  std::optional<Seconds> end{};       ///< > start
};

enum class FpsPolicy {
  recommended,  ///< nearest of 24, 25, 30 and their NTSC twins; 50/60 are halved (React-1's recommended rates)
  keep,         ///< keep a constant source rate even when it is not a recommended one
};
/// "recommended", "keep". Throws Error{usage}, with the nearest word as a hint; so do the others of its kind.
[[nodiscard]] FpsPolicy parse_fps_policy(std::string_view text);

/// When a clip may be encoded again, which costs detail and time.
enum class ReencodePolicy {
  automatic,  ///< only when no lossless way gives a compliant clip
  always,     ///< even when one would: every clip leaves with the same codec settings
  never,      ///< a clip that can't be copied is Error{media}. Sound that is no MP3 is encoded all the same
};
/// "auto", "always", "never".
[[nodiscard]] ReencodePolicy parse_reencode_policy(std::string_view text);

/// How clips are prepared. Defaults are those of pipelines/default.json (a test holds the two together).
struct PrepareOptions {
  WindowOptions video_window{};
  WindowOptions audio_window{};
  Seconds max_duration_s = 15;  ///< hard limit of the service, by every measure
  FpsPolicy fps = FpsPolicy::recommended;
  ReencodePolicy reencode = ReencodePolicy::automatic;
  /// A cut of copied packets ends where the packets allow it. When that is more than this before the wanted end, the
  /// video is encoded instead. ≥ 0.
  Seconds max_cut_loss_s = Seconds(1, 4);
  int max_width = 4096;  ///< larger pictures are scaled down; React-1 refuses more
  int max_height = 2160;
  int video_crf = 17;                        ///< x264 constant rate factor, 0 to 51; 17 is visually lossless on faces
  std::string video_preset = "veryfast";     ///< x264 preset
  int audio_bitrate_kbps_per_channel = 128;  ///< MP3; 32 to 160
  SourceOptions source{};
};

/// What happens to a clip on its way to the service, best first.
enum class ClipAction {
  passthrough,  ///< the same bytes
  remux,        ///< the same packets in a clean container
  cut,          ///< copied packets, fewer of them
  transcode,    ///< decoded and encoded again
};
[[nodiscard]] std::string_view to_string(ClipAction action) noexcept;

/// What will be done to the video, decided from MediaInfo alone. Data only; resolved values, no options.
struct VideoPlan {
  ClipAction action = ClipAction::transcode;
  std::vector<std::string> reasons;  ///< why no better action was possible, one sentence each
  int stream_index = 0;
  Seconds start_s, end_s;     ///< window relative to the first shown frame; half-open
  Rational fps = 0;           ///< of the prepared clip, constant
  std::int64_t frames = 0;    ///< exactly this many are written; frames / fps ≤ the limit
  int width = 0, height = 0;  ///< even, square pixels, upright
  Orientation orientation;    ///< to bake in
  bool deinterlace = false;
  std::string tone_map;     ///< "", "pq" or "hlg": the transfer to map down from
  std::string color_space;  ///< matrix of the source to convert from ("bt709", "smpte170m", "bt2020nc", …)
  bool full_range = false;  ///< the source is full range
  bool may_encode = true;   ///< false: a copy that breaks the promise is an error, not encoded instead
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
  std::int64_t packets = 0;  ///< to cut: this many are copied
  bool may_encode = true;    ///< as in VideoPlan
};

/// One way of measuring a clip's length and what it gave. All of them must be ≤ the limit.
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
  std::vector<DurationMeasure> measures;  ///< the proof of the 15-second promise; empty when only planned
};

}  // namespace react1
