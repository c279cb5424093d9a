// SPDX-License-Identifier: Apache-2.0
// Rows: which part of the clips is used, and how they are prepared.
#include <array>
#include <cstdint>

#include "recipe/options/member_type.hpp"
#include "recipe/options/model_bounds.hpp"
#include "recipe/options/table.hpp"
#include "recipe/options/window_flags.hpp"

namespace react1::recipe {
namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 62;

const Limits& x264_presets() {
  static const Limits limits{.words = {"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow",
                                       "slower", "veryslow", "placebo"}};
  return limits;
}

/// Only for callers of the library: a limit that a recipe can lift protects against nothing.
std::vector<Option> library_rows() {
  std::vector<Option> rows;
  rows.push_back(option("", REACT1_MEMBER(prepare.source.max_streams), between(1, 1000), "Most streams in a file."));
  rows.push_back(
      option("", REACT1_MEMBER(prepare.source.max_pixels), between(1, INT32_MAX), "Most pixels in a frame."));
  rows.push_back(option("", REACT1_MEMBER(prepare.source.max_channels), between(1, 64), "Most audio channels."));
  rows.push_back(
      option("", REACT1_MEMBER(prepare.source.max_sample_rate), between(8000, INT32_MAX), "Highest sample rate, Hz."));
  rows.push_back(
      option("", REACT1_MEMBER(prepare.source.max_packet_bytes), between(1, INT32_MAX), "Largest packet, bytes."));
  return rows;
}

std::vector<Option> source_rows() {
  return {
      option("/preprocess/stall_timeout_ms", REACT1_MEMBER(prepare.source.stall_timeout), between(100, hour_ms),
             "A source that delivers no data for this long has failed."),
      option("/preprocess/decode_timeout_ms", REACT1_MEMBER(prepare.source.decode_timeout), between(100, hour_ms),
             "A decoder that returns no frame for this long has failed."),
      option("/preprocess/max_source_bytes", REACT1_MEMBER(prepare.source.max_source_bytes), between(1, most_bytes),
             "Refuse a clip with more bytes.")
          .flagged(FlagGroup::limits, {"--max-source-size"}, "SIZE"),
      option("/preprocess/max_spooled_bytes", REACT1_MEMBER(prepare.source.max_spooled_bytes), between(1, most_bytes),
             "Most bytes written to a temporary file, for standard input and servers without ranges.")
          .flagged(FlagGroup::limits, {"--max-spooled-size"}, "SIZE"),
  };
}

std::vector<Option> encoding_rows() {
  return {
      option("/preprocess/max_width", REACT1_MEMBER(prepare.max_width), between(16, model_bounds().max_width),
             "Scale larger pictures down to this width, in pixels; for portrait clips width and height change places."),
      option("/preprocess/max_height", REACT1_MEMBER(prepare.max_height), between(16, model_bounds().max_height),
             "Scale larger pictures down to this height, in pixels; see max_width."),
      option("/preprocess/quality", REACT1_MEMBER(prepare.quality),
             "Quality of an encoded clip, against size and time; docs/quality.md has the settings.")
          .flagged(FlagGroup::encoding, {"--quality"}),
      option("/preprocess/video_crf", REACT1_MEMBER(prepare.video_crf), between(0, 51),
             "x264 constant rate factor; a lower one is better and larger.")
          .null_means("by quality"),
      option("/preprocess/video_preset", REACT1_MEMBER(prepare.video_preset), x264_presets(),
             "x264 preset: speed against size.")
          .null_means("by quality"),
      option("/preprocess/audio_bitrate_kbps_per_channel", REACT1_MEMBER(prepare.audio_bitrate_kbps_per_channel),
             between(32, 160), "MP3 bit rate, in kbit/s per channel.")
          .null_means("by quality"),
      option("/preprocess/loudness_lufs", REACT1_MEMBER(prepare.loudness_lufs), between(-70, -5),
             "EBU R128 loudness of the prepared audio, for example -16; its true peak is at most -1 dBTP.")
          .flagged(FlagGroup::encoding, {"--loudness"}, "LUFS")
          .off_by("off")
          .null_means("unchanged"),
  };
}

std::vector<Option> policy_rows() {
  return {
      option("/preprocess/max_duration_s", REACT1_MEMBER(prepare.max_duration_s), between(1, model_bounds().longest),
             longest_clip_help()),
      option(
          "/preprocess/fps", REACT1_MEMBER(prepare.fps),
          "Frame rate. recommended: the nearest of 24, 25, 30 and their NTSC variants; keep: a constant source rate.")
          .flagged(FlagGroup::encoding, {"--fps"}),
      option("/preprocess/reencode", REACT1_MEMBER(prepare.reencode),
             "When to encode. auto: only what cannot be copied; always; never: refuse it instead.")
          .flagged(FlagGroup::encoding, {"--reencode"}),
      option("/preprocess/max_cut_loss_s", REACT1_MEMBER(prepare.max_cut_loss_s), between(0, model_bounds().longest),
             "Copied packets may end this much before the wanted end; otherwise the video is encoded."),
      option("/preprocess/copy_check", REACT1_MEMBER(prepare.copy_check),
             "How a copied video is verified. decode: decode every frame; packets: count the packets.")
          .flagged(FlagGroup::encoding, {"--copy-check"}),
      option("/preprocess/color", REACT1_MEMBER(prepare.color),
             "When colours make a clip be encoded. auto: wide gamut and HDR; bt709: all but BT.709; keep: HDR only.")
          .flagged(FlagGroup::encoding, {"--color"}),
      option(
          "/preprocess/max_loss_s", REACT1_MEMBER(prepare.max_loss_s), between(0, model_bounds().longest),
          "Refuse a clip of which more than this is damaged or missing, beginning and end added. A warning says what "
          "is left out.")
          .flagged(FlagGroup::encoding, {"--max-loss"}, "TIME"),
      option("/preprocess/salvage", REACT1_MEMBER(prepare.salvage),
             "Keep the good part of a damaged clip, however much is lost, as long as it lasts 1 s.")
          .flagged(FlagGroup::encoding, {"--salvage"}),
      option(
          "/preprocess/conform", REACT1_MEMBER(prepare.conform),
          "Fit the video to the voice, frame for frame. cut: ends with it; hold: repeats the last frame; bounce: plays "
          "forwards and backwards; remap: spreads the frames evenly; auto: the least visible method.")
          .flagged(FlagGroup::encoding, {"--conform", "--fit"}),
      option("/preprocess/conform_turn_reach_s", REACT1_MEMBER(prepare.conform_turn_reach_s),
             between(0, model_bounds().longest),
             "A bounce may turn this much early, to turn in a pause of the speech."),
  };
}

}  // namespace

std::vector<Option> window_rows() {
  std::vector<Option> rows;
  for (const Clips clips : {Clips::both, Clips::video, Clips::audio}) {
    for (const WindowPart part : {WindowPart::start, WindowPart::duration, WindowPart::end}) {
      rows.push_back(window_row(clips, part));
    }
  }
  rows.push_back(
      option("/window/choose", REACT1_MEMBER(prepare.window),
             "head: from the start; speech: where the audio has most voice, within its window. The flag also "
             "takes START-END, for both clips.")
          .flagged(FlagGroup::clips, {"--window"}, "head|speech|START-END")
          .taken_by(take_window));
  rows.push_back(option("/window/same_take", REACT1_MEMBER(prepare.same_take),
                        "VIDEO and AUDIO belong together: cut both at the same times, keep their offset.")
                     .flagged(FlagGroup::clips, {"--same-take", "--keep-sync"})
                     .taken_by(take_same_take));
  rows.push_back(
      option("/window/cut", REACT1_MEMBER(prepare.cut.policy),
             "Where longer audio ends. auto: at a pause, if the limit decides; pause: always at one; exact: at "
             "the sample.")
          .flagged(FlagGroup::clips, {"--cut"}));
  rows.push_back(option("/window/cut_lookback_s", REACT1_MEMBER(prepare.cut.lookback_s),
                        between(0, model_bounds().longest),
                        "How far before the end to look for a pause; without one the cut is exact.")
                     .flagged(FlagGroup::clips, {"--cut-lookback"}, "TIME"));
  rows.push_back(option("/window/cut_fade_s", REACT1_MEMBER(prepare.cut.fade_s), between(0, Rational(1, 10)),
                        "Length of the fade where a cut falls into sound; 0: none.")
                     .flagged(FlagGroup::clips, {"--cut-fade"}, "TIME"));
  return rows;
}

std::vector<Option> preprocess_rows() {
  std::vector<Option> rows = policy_rows();
  for (const auto part : {encoding_rows, source_rows, library_rows}) {
    std::vector<Option> more = part();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace react1::recipe
