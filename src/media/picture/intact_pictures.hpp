// SPDX-License-Identifier: Apache-2.0
// Which part of a window's pictures is usable, from the results of decoding packet by packet. Pure except for the
// frames.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/ff/handles.hpp"

#include <react1/rational.hpp>

namespace react1::media {

/// The decoder marked it as damaged, or as made from missing references.
[[nodiscard]] bool is_flawed(const AVFrame& frame) noexcept;
/// Decoding began with a packet that refers to others, of a codec whose decoders then output
/// unmarked grey pictures until the first key picture (HEVC, MPEG-1, -2 and -4 and similar).
[[nodiscard]] bool is_headless(AVCodecID codec, const AVPacket& first) noexcept;
/// A packet should show a picture clearly after the last received one, so pictures are missing. Two fields in
/// packets of their own are half an interval apart.
[[nodiscard]] bool is_behind(const Seconds& packet, const Seconds& last_picture, const Seconds& interval);

/// The results of decoding. Times are relative to the stream's first shown picture.
struct PictureEvents {
  struct Packet {
    std::optional<Seconds> time;
    bool damaged = false;  ///< the decoder refused it
  };
  struct Picture {
    Seconds time;
    bool key = false, flawed = false;
  };
  std::vector<Packet> packets;    ///< in decoding order, those that show a picture
  std::vector<Picture> pictures;  ///< in the order of output
  Seconds interval;               ///< nominal
  bool from_beginning = true;     ///< the first packet is the stream's first
};

/// The usable part of a window.
struct IntactPictures {
  Seconds start_s;                ///< of the first good picture; the window's own start when that shows a good one
  Seconds end_s;                  ///< exclusive; the window's own end when nothing before it is missing or damaged
  bool late = false;              ///< the start is after the window's
  bool early = false;             ///< the end is before the window's
  bool head_of_stream = false;    ///< nothing before `start_s` in the whole stream can be decoded
  std::int64_t undecoded = 0;     ///< pictures of the stream's head that can't be decoded
  bool entered_too_late = false;  ///< decoding did not begin far enough before the window to determine its start
};

/// `early`: how long before its time a picture counts as shown. With no good picture in [start, end) the part is empty.
[[nodiscard]] IntactPictures judge_pictures(const PictureEvents& events, const Seconds& start, const Seconds& end,
                                            const Seconds& early);

}  // namespace react1::media
