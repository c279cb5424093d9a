// SPDX-License-Identifier: Apache-2.0
#include "media/stream/stream_choice.hpp"

#include <tuple>
#include <utility>

namespace react1::media {
namespace {

using Kind = StreamCandidate::Kind;

constexpr int special_dispositions = AV_DISPOSITION_COMMENT | AV_DISPOSITION_DESCRIPTIONS |
                                     AV_DISPOSITION_HEARING_IMPAIRED | AV_DISPOSITION_VISUAL_IMPAIRED |
                                     AV_DISPOSITION_CLEAN_EFFECTS | AV_DISPOSITION_KARAOKE | AV_DISPOSITION_LYRICS |
                                     AV_DISPOSITION_NON_DIEGETIC | AV_DISPOSITION_DEPENDENT;

Kind kind_of(AVMediaType type) {
  if (type == AVMEDIA_TYPE_VIDEO) return Kind::video;
  return type == AVMEDIA_TYPE_AUDIO ? Kind::audio : Kind::other;
}

bool better(const StreamCandidate& a, const StreamCandidate& b) {
  const auto rank = [](const StreamCandidate& candidate) {
    return std::tuple{!candidate.is_still, !candidate.is_special, candidate.is_default, candidate.extent};
  };
  return rank(a) > rank(b);
}

/// The best of one kind (the first of equals) and how many there are.
std::pair<std::optional<int>, int> best_of(std::span<const StreamCandidate> candidates, Kind kind) {
  const StreamCandidate* best = nullptr;
  int count = 0;
  for (const StreamCandidate& candidate : candidates) {
    if (candidate.kind != kind || !candidate.usable || candidate.is_picture) continue;
    ++count;
    if (best == nullptr || better(candidate, *best)) best = &candidate;
  }
  return {best == nullptr ? std::nullopt : std::optional{best->index}, count};
}

}  // namespace

StreamChoice choose_streams(std::span<const StreamCandidate> candidates) {
  StreamChoice choice;
  std::tie(choice.video, choice.videos) = best_of(candidates, Kind::video);
  std::tie(choice.audio, choice.audios) = best_of(candidates, Kind::audio);
  return choice;
}

bool is_picture(const AVStream& stream) noexcept {
  return (stream.disposition &
          (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE)) != 0;
}

std::vector<StreamCandidate> stream_candidates(const AVFormatContext& format) {
  std::vector<StreamCandidate> candidates;
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const AVStream& stream = *format.streams[i];
    const AVCodecParameters& codec = *stream.codecpar;
    StreamCandidate candidate{.index = static_cast<int>(i), .kind = kind_of(codec.codec_type)};
    candidate.extent = candidate.kind == Kind::video ? std::int64_t{codec.width} * codec.height
                                                     : std::int64_t{codec.ch_layout.nb_channels};
    candidate.usable = codec.codec_id != AV_CODEC_ID_NONE && candidate.extent > 0;
    candidate.is_picture = is_picture(stream);
    candidate.is_still = candidate.kind == Kind::video && stream.nb_frames == 1;
    candidate.is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
    candidate.is_special = (stream.disposition & special_dispositions) != 0;
    candidates.push_back(candidate);
  }
  return candidates;
}

}  // namespace react1::media
