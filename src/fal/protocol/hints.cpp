// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

struct FixedHint {
  std::string_view type, hint;
};

constexpr std::array kFixed{
    FixedHint{"face_detection_error",
              "the service found no face; use a clip in which one face is well visible throughout"},
    FixedHint{"content_policy_violation", "the content was refused by policy; use other clips"},
    FixedHint{"no_media_generated", "the model returned nothing; another part of the clip or another emotion may work"},
    FixedHint{"file_download_error", "the service could not fetch a clip; upload it again (uploads may expire)"},
    FixedHint{"image_load_error", "the service could not read a picture; prepare the clip again"},
    FixedHint{"feature_not_supported", "this combination of parameters is not offered; try the defaults"},
    FixedHint{"generation_timeout", "the model took too long; submitting again is a new, paid request"},
    FixedHint{"internal_server_error", "a fault of the service; submitting again is a new, paid request"},
    FixedHint{"downstream_service_error", "a fault behind the service; submitting again is a new, paid request"},
    FixedHint{"downstream_service_unavailable", "the model's provider is down; try again later"},
    FixedHint{"request_timeout", "the request was not started in time; submit it again later"},
    FixedHint{"startup_timeout", "no machine was ready in time; submit it again later"},
    FixedHint{"runner_disconnected", "the machine that ran it was lost; submitting again is a new request"},
    FixedHint{"client_cancelled", "the request was cancelled; submit it again if it is still wanted"},
    FixedHint{"concurrent_requests_limit", "too many requests run at the same time; wait for one of them to end"},
    FixedHint{"missing", "a required field was not sent; the service may have changed, look for a newer version"},
};

/// A number in its shortest form: 15, 15.05.
std::optional<std::string> number(const Json& context, std::string_view key) {
  const auto found = context.find(key);
  if (found == context.end() || !found->is_number()) return std::nullopt;
  return fmt::format("{:.10g}", found->get<double>());
}

std::string list(const Json& context, std::string_view key) {
  const auto found = context.find(key);
  std::string text;
  if (found == context.end() || !found->is_array()) return text;
  for (const Json& entry : *found) {
    if (!text.empty()) text += ", ";
    text += entry.is_string() ? entry.get<std::string>() : entry.dump();
  }
  return text;
}

std::string duration_hint(std::string_view type, const Json& context) {
  const std::string_view what = type.starts_with("audio") ? "audio" : "video";
  const bool too_long = type.ends_with("too_long");
  const auto limit = number(context, too_long ? "max_duration" : "min_duration");
  const auto measured = number(context, "provided_duration");
  const std::string remedy = too_long ? fmt::format("take a shorter part of it (--{}-duration)", what)
                                      : fmt::format("take a longer part of it (--{}-duration)", what);
  if (limit && measured)
    return fmt::format("the service measures your {} as {} s; the limit is {} s; {}", what, *measured, *limit, remedy);
  if (limit) return fmt::format("the service's limit for the {} is {} s; {}", what, *limit, remedy);
  return fmt::format("the {} is too {} for the service; {}", what, too_long ? "long" : "short", remedy);
}

std::string bound_hint(std::string_view field, std::string_view type, const Json& context) {
  struct Bound {
    std::string_view type, key, words;
  };
  constexpr std::array kBounds{
      Bound{"greater_than", "gt", "greater than"},
      Bound{"greater_than_equal", "ge", "at least"},
      Bound{"less_than", "lt", "less than"},
      Bound{"less_than_equal", "le", "at most"},
      Bound{"multiple_of", "multiple_of", "a multiple of"},
      Bound{"sequence_too_short", "min_length", "at least this long:"},
      Bound{"sequence_too_long", "max_length", "at most this long:"},
  };
  for (const Bound& bound : kBounds) {
    if (bound.type != type) continue;
    const auto limit = number(context, bound.key);
    return limit ? fmt::format("{} must be {} {}", field, bound.words, *limit) : std::string{};
  }
  return {};
}

std::string size_hint(std::string_view type, const Json& context) {
  const bool large = type == "image_too_large";
  const auto width = number(context, large ? "max_width" : "min_width");
  const auto height = number(context, large ? "max_height" : "min_height");
  if (!width || !height) return {};
  return fmt::format("the picture must be {} {}x{} pixels", large ? "at most" : "at least", *width, *height);
}

std::string list_hint(std::string_view field, std::string_view type, const Json& context) {
  const bool formats = type.starts_with("unsupported_");
  const std::string allowed = list(context, formats ? "supported_formats" : "expected");
  if (allowed.empty()) return {};
  return formats ? fmt::format("the service takes: {}", allowed) : fmt::format("{} must be one of: {}", field, allowed);
}

}  // namespace

std::string hint_for(const ServiceProblem& problem) {
  const std::string_view type = problem.type;
  const Json context = read_object(problem.context).value_or(Json::object());
  const auto dot = problem.location.rfind('.');
  const std::string_view last = std::string_view(problem.location).substr(dot == std::string::npos ? 0 : dot + 1);
  const std::string_view field = last.empty() ? "the value" : last;
  if (type.starts_with("audio_duration_too_") || type.starts_with("video_duration_too_"))
    return duration_hint(type, context);
  if (type == "image_too_small" || type == "image_too_large") return size_hint(type, context);
  if (type == "one_of" || type.starts_with("unsupported_")) return list_hint(field, type, context);
  if (type == "literal_error") {
    const std::string expected = text_of(context, "expected");
    return expected.empty() ? std::string{} : fmt::format("{} must be one of: {}", field, expected);
  }
  if (type == "file_too_large") {
    const auto limit = number(context, "max_size");
    return limit ? fmt::format("the service takes files up to {} bytes", *limit) : std::string{};
  }
  if (std::string text = bound_hint(field, type, context); !text.empty()) return text;
  const auto fixed =
      std::find_if(kFixed.begin(), kFixed.end(), [type](const FixedHint& entry) { return entry.type == type; });
  return fixed == kFixed.end() ? std::string{} : std::string(fixed->hint);
}

}  // namespace react1::fal
