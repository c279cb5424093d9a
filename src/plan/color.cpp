// SPDX-License-Identifier: Apache-2.0
#include "plan/color.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

using Word = std::string_view;

bool is_rgb(const VideoInfo& video) {
  constexpr std::array<Word, 8> beginnings{"rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](Word word) { return video.pix_fmt.rfind(word, 0) == 0; });
}

bool untagged(const std::string& tag) {
  return tag.empty() || tag == "unknown" || tag == "unspecified" || tag == "reserved";
}

/// Those with a known conversion. The others of FFmpeg's list are rare and count as untagged.
bool convertible_matrix(Word name) {
  constexpr std::array<Word, 13> names{"bt709", "fcc",      "bt470bg", "smpte170m",         "smpte240m",
                                       "ycgco", "bt2020nc", "bt2020c", "chroma-derived-nc", "chroma-derived-c",
                                       "ictcp", "gbr",      "rgb"};
  return one_of(name, names);
}

bool convertible_primaries(Word name) {
  constexpr std::array<Word, 11> names{"bt470m",   "bt470bg",  "smpte170m", "smpte240m", "film",     "bt2020",
                                       "smpte428", "smpte431", "smpte432",  "ebu3213",   "jedec-p22"};
  return one_of(name, names);
}

/// Gamma 2.2 to 2.8 and similar, which every player displays with the same curve.
bool usual_curve(const std::string& name) {
  constexpr std::array<Word, 13> names{"bt709",     "smpte170m", "bt470m",       "gamma22",      "bt470bg",
                                       "gamma28",   "smpte240m", "iec61966-2-1", "iec61966-2-4", "bt1361e",
                                       "bt2020-10", "bt2020-12", "bt1361"};
  return untagged(name) || one_of(name, names);
}

/// What any decoder that honours tags displays correctly: BT.709 and SD.
bool everyday_colors(const ColorInfo& color) {
  constexpr std::array<Word, 3> matrices{"bt709", "bt470bg", "smpte170m"};
  constexpr std::array<Word, 4> primaries{"bt709", "bt470bg", "smpte170m", "smpte240m"};
  return (untagged(color.space) || one_of(color.space, matrices)) &&
         (untagged(color.primaries) || one_of(color.primaries, primaries)) && usual_curve(color.transfer);
}

}  // namespace

std::string choose_color_space(const VideoInfo& video) {
  const std::string& tag = video.color.space;
  if (!untagged(tag) && convertible_matrix(tag)) return tag;
  if (is_rgb(video)) return "gbr";
  if (!video.hdr.empty()) return "bt2020nc";
  return video.height >= 720 || video.width >= 1280 ? "bt709" : "smpte170m";
}

std::string choose_color_primaries(const VideoInfo& video) {
  const std::string& tag = video.color.primaries;
  return convertible_primaries(tag) ? tag : "";
}

std::string choose_color_transfer(const VideoInfo& video) {
  constexpr std::array<Word, 5> known{"linear", "log100", "log", "log316", "log_sqrt"};
  const std::string& tag = video.color.transfer;
  return one_of(tag, known) ? tag : "";
}

bool color_untagged(const VideoInfo& video) {
  return untagged(video.color.space) || untagged(video.color.transfer) || untagged(video.color.primaries);
}

bool color_tagged_otherwise(const VideoInfo& video) {
  const std::array tags{&video.color.space, &video.color.transfer, &video.color.primaries};
  return std::any_of(tags.begin(), tags.end(),
                     [](const std::string* tag) { return !untagged(*tag) && *tag != "bt709"; });
}

std::string color_tags(const VideoInfo& video) {
  const auto shown = [](const std::string& tag) { return tag.empty() ? Word("untagged") : Word(tag); };
  return fmt::format("{}/{}/{} (matrix/transfer/primaries)", shown(video.color.space), shown(video.color.transfer),
                     shown(video.color.primaries));
}

std::string color_obstacle(const VideoInfo& video, ColorPolicy policy) {
  if (policy == ColorPolicy::keep) return {};
  if (!everyday_colors(video.color)) {
    return fmt::format("The colour is tagged {}, which few decoders display correctly.", color_tags(video));
  }
  if (policy != ColorPolicy::bt709) return {};
  if (color_tagged_otherwise(video)) {
    return fmt::format("BT.709 was asked for and the colour is tagged {}.", color_tags(video));
  }
  if (choose_color_space(video) != "bt709") {
    return "BT.709 was asked for and the colour is untagged, which means BT.601 at this size.";
  }
  return {};
}

}  // namespace react1::planning
