// SPDX-License-Identifier: Apache-2.0
#include "media/picture/intact_pictures.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "media/ff/compat.hpp"

namespace react1::media {
namespace {

/// H.264 and HEVC show a picture at most 16 packets after its own; twice that also covers streams beyond the rules.
constexpr std::size_t reorder_depth = 32;

/// A stretch of time in which pictures are damaged or may refer to damaged ones.
struct Doubtful {
  Seconds from;
  std::optional<Seconds> until;  ///< the key picture that ends it; nullopt: none does

  [[nodiscard]] bool holds(const Seconds& time) const { return time >= from && (!until || time < *until); }
};

/// The earliest time that packet `at` or a later one shows: in decoding order these may refer to it.
Seconds earliest_from(const PictureEvents& events, std::size_t at, const Seconds& otherwise) {
  std::optional<Seconds> earliest;
  const std::size_t behind = std::min(events.packets.size(), at + reorder_depth);
  for (std::size_t i = at; i < behind; ++i) {
    const auto& time = events.packets[i].time;
    if (time && (!earliest || *time < *earliest)) earliest = time;
  }
  return earliest.value_or(otherwise);
}

Doubtful doubt_from(const PictureEvents& events, std::size_t packet, const Seconds& time) {
  Doubtful doubt{.from = std::min(earliest_from(events, packet, time), time), .until = std::nullopt};
  for (const PictureEvents::Picture& picture : events.pictures) {
    if (!picture.key || picture.flawed || picture.time <= time) continue;
    if (!doubt.until || picture.time < *doubt.until) doubt.until = picture.time;
  }
  return doubt;
}

std::vector<Doubtful> doubtful_parts(const PictureEvents& events) {
  std::vector<Doubtful> parts;
  Seconds latest;  // a packet without a time has that of the one before it
  for (std::size_t i = 0; i < events.packets.size(); ++i) {
    latest = events.packets[i].time.value_or(latest);
    if (events.packets[i].damaged) parts.push_back(doubt_from(events, i, latest));
  }
  for (const PictureEvents::Picture& picture : events.pictures) {
    if (!picture.flawed) continue;
    const auto own = std::find_if(events.packets.begin(), events.packets.end(),
                                  [&](const auto& packet) { return packet.time == picture.time; });
    parts.push_back(doubt_from(events, static_cast<std::size_t>(own - events.packets.begin()), picture.time));
  }
  return parts;
}

/// One evaluation of one window.
class Judge {
 public:
  Judge(const PictureEvents& events, const Seconds& start, const Seconds& end, const Seconds& early)
      : events_(events), start_(start), end_(end), early_(early), doubtful_(doubtful_parts(events)) {}

  IntactPictures run() {
    IntactPictures found{.start_s = start_, .end_s = end_};
    const auto first = first_good(found);
    if (!first) {
      found.start_s = found.end_s = start_;
      found.late = found.early = true;
      return found;
    }
    if (found.late) found.start_s = *first;
    found.undecoded = found.head_of_stream || start_ == 0 ? undecoded_before(*first) : 0;
    find_end(found, *first);
    return found;
  }

 private:
  [[nodiscard]] bool is_good(const PictureEvents::Picture& picture) const {
    return !picture.flawed && std::none_of(doubtful_.begin(), doubtful_.end(),
                                           [&](const Doubtful& part) { return part.holds(picture.time); });
  }

  /// The picture at the start may be missing.
  [[nodiscard]] bool is_start_in_doubt() const {
    return std::any_of(doubtful_.begin(), doubtful_.end(), [&](const Doubtful& part) {
      return part.from <= start_ + early_ && (!part.until || *part.until > start_ + early_);
    });
  }

  /// The picture that the window begins with.
  std::optional<Seconds> first_good(IntactPictures& found) const {
    const PictureEvents::Picture* shown = nullptr;  // at the start
    std::optional<Seconds> first, before;           // good ones: the first after the start, any before it
    for (const PictureEvents::Picture& picture : events_.pictures) {
      const bool good = is_good(picture);
      if (picture.time <= start_ + early_) {
        if (shown == nullptr || picture.time > shown->time) shown = &picture;
        if (good) before = picture.time;
      } else if (good && picture.time < end_ && (!first || picture.time < *first)) {
        first = picture.time;
      }
    }
    if (shown != nullptr && is_good(*shown) && !is_start_in_doubt()) return shown->time;
    found.late = true;
    found.head_of_stream = events_.from_beginning && !before;
    found.entered_too_late = !events_.from_beginning && !before;
    return first;
  }

  /// Pictures of the stream's head that should be shown before `first` and are missing, or have no time.
  [[nodiscard]] std::int64_t undecoded_before(const Seconds& first) const {
    if (!events_.from_beginning) return 0;
    std::int64_t timed = 0, untimed = 0;
    for (const PictureEvents::Packet& packet : events_.packets) {
      if (!packet.time) ++untimed;
      if (packet.time && *packet.time + events_.interval / 2 < first) ++timed;
    }
    const auto missing =
        static_cast<std::int64_t>(events_.packets.size()) - static_cast<std::int64_t>(events_.pictures.size());
    return timed + std::clamp<std::int64_t>(missing - timed, 0, untimed);
  }

  void find_end(IntactPictures& found, const Seconds& first) const {
    Seconds end = end_;
    for (const Doubtful& part : doubtful_) {
      if (part.from > first) end = std::min(end, part.from);
    }
    std::optional<Seconds> newest_packet, newest_picture;
    for (const PictureEvents::Packet& packet : events_.packets) {
      if (packet.time && *packet.time < end) newest_packet = std::max(newest_packet.value_or(first), *packet.time);
    }
    for (const PictureEvents::Picture& picture : events_.pictures) {
      if (picture.time < end) newest_picture = std::max(newest_picture.value_or(first), picture.time);
    }
    const Seconds last = newest_picture.value_or(first);
    if (newest_packet && is_behind(*newest_packet, last, events_.interval))
      end = std::min(end, last + events_.interval);
    found.early = end + events_.interval / 2 < end_;
    if (found.early) found.end_s = end;
  }

  const PictureEvents& events_;
  Seconds start_, end_, early_;
  std::vector<Doubtful> doubtful_;
};

}  // namespace

bool is_flawed(const AVFrame& frame) noexcept {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

bool is_headless(AVCodecID codec, const AVPacket& first) noexcept {
  constexpr std::array unmarked{
      AV_CODEC_ID_HEVC,      AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MSMPEG4V1,
      AV_CODEC_ID_MSMPEG4V2, AV_CODEC_ID_MSMPEG4V3,  AV_CODEC_ID_H263,       AV_CODEC_ID_H263P, AV_CODEC_ID_FLV1,
      AV_CODEC_ID_WMV1,      AV_CODEC_ID_WMV2,       AV_CODEC_ID_WMV3,       AV_CODEC_ID_VC1};
  return (first.flags & AV_PKT_FLAG_KEY) == 0 && std::find(unmarked.begin(), unmarked.end(), codec) != unmarked.end();
}

bool is_behind(const Seconds& packet, const Seconds& last_picture, const Seconds& interval) {
  return packet > last_picture + interval * Rational(3, 4);
}

IntactPictures judge_pictures(const PictureEvents& events, const Seconds& start, const Seconds& end,
                              const Seconds& early) {
  return Judge(events, start, end, early).run();
}

}  // namespace react1::media
