// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/judge.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <react1/error.hpp>

namespace react1::sandbox {
namespace {

struct Format {
  std::string_view wire;     ///< the service's name for it
  std::string_view demuxer;  ///< a part of FFmpeg's name, if that differs
};
constexpr std::array kOtherNames{Format{"m4a", "mp4"}};

struct Field {
  std::string_view name;  ///< of the input
  const char* kind;       ///< "video" or "audio", the first word of the types
};
using Formats = std::span<const std::string_view>;

std::string_view demuxer_of(std::string_view wire) {
  const auto* const other =
      std::find_if(kOtherNames.begin(), kOtherNames.end(), [&](const Format& format) { return format.wire == wire; });
  return other == kOtherNames.end() ? wire : other->demuxer;
}

bool is_supported(std::string_view demuxer, Formats formats) {
  return std::any_of(formats.begin(), formats.end(),
                     [&](std::string_view wire) { return demuxer.find(demuxer_of(wire)) != std::string_view::npos; });
}

Problem unsupported(const Field& field, const std::string& url, Formats formats) {
  Json names = Json::array();
  for (const std::string_view wire : formats) names.push_back(wire);
  const std::string kind = field.kind;
  return {{"body", std::string(field.name)},
          "unsupported_" + kind + "_format",
          "Unsupported " + kind + " format",
          Json{{"supported_formats", std::move(names)}},
          url};
}

Problem out_of_bounds(const Field& field, const std::string& url, bool too_long, const Seconds& limit,
                      const Seconds& provided) {
  const std::string kind = field.kind;
  const std::string what = too_long ? "long" : "short";
  const std::string bound = too_long ? "max_duration" : "min_duration";
  return {{"body", std::string(field.name)},
          kind + "_duration_too_" + what,
          (kind == "video" ? "Video" : "Audio") + std::string{" duration is too "} + what + ": " +
              provided.to_decimal(6) + " s",
          Json{{bound, limit.to_double()}, {"provided_duration", provided.to_double()}},
          url};
}

/// True for failures of the media itself; others are ours and are rethrown.
bool is_about_media(const Error& error) {
  return error.code() == ErrorCode::media;
}

}  // namespace

VideoJudgement judge_video(const std::string& path, const SentClip& clip, const ServiceLimits& limits,
                           const RunContext& context) {
  const Field video_field{clip.field, "video"};
  const std::string& url = clip.url;
  VideoJudgement judgement;
  try {
    auto report = measure_packets(path, Kind::video, context);
    judgement.measures = std::move(report.measures);
    const int long_side = std::max(report.width, report.height);
    const int short_side = std::min(report.width, report.height);
    if (!is_supported(report.format, limits.video_formats)) {
      judgement.problem = unsupported(video_field, url, limits.video_formats);
    } else if (long_side > limits.long_side || short_side > limits.short_side) {
      judgement.problem = Problem{{"body", std::string(video_field.name)},
                                  "image_too_large",
                                  "The video's picture is too large",
                                  Json{{"max_height", limits.short_side}, {"max_width", limits.long_side}},
                                  url};
    } else if (const Seconds longest_measure = longest(judgement.measures); longest_measure > limits.longest) {
      judgement.problem = out_of_bounds(video_field, url, /*too_long=*/true, limits.longest, longest_measure);
    }
    if (judgement.problem) return judgement;

    judgement.facts = decode_video_facts(path, context);
    judgement.measures.push_back({"decoded", judgement.facts.seconds});
    if (judgement.facts.frames < 2) {
      judgement.problem = unsupported(video_field, url, limits.video_formats);  // a still picture
    } else if (judgement.facts.seconds > limits.longest) {
      judgement.problem = out_of_bounds(video_field, url, /*too_long=*/true, limits.longest, judgement.facts.seconds);
    } else if (judgement.facts.seconds < limits.shortest_video) {
      judgement.problem =
          out_of_bounds(video_field, url, /*too_long=*/false, limits.shortest_video, judgement.facts.seconds);
    }
  } catch (const Error& error) {
    if (!is_about_media(error)) throw;
    judgement.problem = unsupported(video_field, url, limits.video_formats);
  }
  return judgement;
}

AudioJudgement judge_audio(const std::string& path, const SentClip& clip, const ServiceLimits& limits,
                           const RunContext& context) {
  const Field audio_field{clip.field, "audio"};
  const std::string& url = clip.url;
  AudioJudgement judgement;
  try {
    auto report = measure_packets(path, Kind::audio, context);
    judgement.measures = std::move(report.measures);
    if (!is_supported(report.format, limits.audio_formats)) {
      judgement.problem = unsupported(audio_field, url, limits.audio_formats);
    } else if (const Seconds longest_measure = longest(judgement.measures); longest_measure > limits.longest) {
      judgement.problem = out_of_bounds(audio_field, url, /*too_long=*/true, limits.longest, longest_measure);
    }
    if (judgement.problem) return judgement;

    judgement.facts = decode_audio_facts(path, context);
    judgement.measures.push_back({"decoded", judgement.facts.seconds});
    if (judgement.facts.seconds > limits.longest) {
      judgement.problem = out_of_bounds(audio_field, url, /*too_long=*/true, limits.longest, judgement.facts.seconds);
    } else if (judgement.facts.seconds < limits.shortest_audio) {
      judgement.problem =
          out_of_bounds(audio_field, url, /*too_long=*/false, limits.shortest_audio, judgement.facts.seconds);
    } else if (judgement.facts.peak < limits.silent_peak) {
      // The real model's error for a silent track explains nothing; this reproduces it.
      judgement.problem = Problem{{"body", std::string(audio_field.name)},
                                  "no_media_generated",
                                  "The model did not generate any output for this input",
                                  nullptr,
                                  url};
    }
  } catch (const Error& error) {
    if (!is_about_media(error)) throw;
    judgement.problem = unsupported(audio_field, url, limits.audio_formats);
  }
  return judgement;
}

}  // namespace react1::sandbox
