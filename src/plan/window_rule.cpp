// SPDX-License-Identifier: Apache-2.0
#include "plan/window_rule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <react1/error.hpp>

#include "plan/plan_words.hpp"

namespace react1::planning {
namespace {

/// Displayed lengths are rounded: an end this little past the clip's means the clip's end.
const Seconds rounding{1, 1000};

std::string flag(const WindowCase& of, const char* name) {
  return fmt::format("--{}-{}", of.clip, name);
}

void require_sane(const WindowOptions& options, const WindowCase& of) {
  const auto problems = window_problems(options);
  if (problems.empty()) return;
  throw Error(ErrorCode::usage, fmt::format("{} window", of.clip), fmt::format("{}", fmt::join(problems, "; ")),
              {.hint = fmt::format("give at most two of {}, {} and {}", flag(of, "start"), flag(of, "duration"),
                                   flag(of, "end"))});
}

[[noreturn]] void past_the_end(const WindowCase& of, const char* edge, const Seconds& value) {
  throw Error(ErrorCode::media, of.path,
              fmt::format("the {} window {}s at {} s, but the clip lasts only {} s", of.clip, edge, brief(value),
                          of.length.to_decimal()),
              {.hint = fmt::format("choose a window within 0 and {} s", of.length.to_decimal())});
}

Seconds asked_start(const WindowOptions& options) {
  if (options.start) return *options.start;
  if (options.duration && options.end) return *options.end - *options.duration;
  return 0;
}

/// The end before the limit is applied.
Planned<Seconds> asked_end(const WindowOptions& options, const Seconds& start, const WindowCase& of) {
  if (options.end) {
    if (*options.end > of.length + rounding) past_the_end(of, "end", *options.end);
    return {std::min(*options.end, of.length)};
  }
  if (!options.duration) return {of.length};
  Planned<Seconds> end{std::min(start + *options.duration, of.length)};
  const Seconds unlimited = start + *options.duration;
  // Because the limit applies anyway, a window beyond the clip is only reported below that limit.
  if (unlimited > of.length + rounding && *options.duration <= of.limit) {
    end.warnings.push_back(
        {"window_shortened", fmt::format("The {} window asks for {} s from {} s, but the clip ends at {} s.", of.clip,
                                         brief(*options.duration), brief(start), brief(of.length))});
  }
  return end;
}

}  // namespace

std::vector<std::string> window_problems(const WindowOptions& options) {
  std::vector<std::string> problems;
  if (options.start && *options.start < 0) {
    problems.push_back(fmt::format("start {} s is below 0", brief(*options.start)));
  }
  if (options.duration && *options.duration <= 0) {
    problems.push_back(fmt::format("duration {} s is not above 0", brief(*options.duration)));
  }
  if (options.end && *options.end <= 0) problems.push_back(fmt::format("end {} s is not above 0", brief(*options.end)));
  if (options.start && options.end && options.duration) {
    problems.emplace_back("start, duration and end are all given; at most two of them may be");
  } else if (options.start && options.end && *options.end <= *options.start) {
    problems.push_back(fmt::format("end {} s is not after start {} s", brief(*options.end), brief(*options.start)));
  } else if (options.duration && options.end && *options.duration > *options.end) {
    problems.push_back(fmt::format("duration {} s is longer than end {} s, so it would start before 0",
                                   brief(*options.duration), brief(*options.end)));
  }
  return problems;
}

Planned<Window> resolve_window(const WindowOptions& options, const WindowCase& of) {
  require_sane(options, of);
  const Seconds start = asked_start(options);
  if (start >= of.length) past_the_end(of, "start", start);
  std::vector<Warning> warnings;
  Seconds end = unwrap(asked_end(options, start, of), warnings);
  if (end - start > of.limit) {
    if (options.duration || options.end) {
      warnings.push_back(
          {"window_shortened", fmt::format("The {} window of {} s is shortened to {} s: the service takes no more.",
                                           of.clip, brief(end - start), brief(of.limit))});
    } else {
      warnings.push_back({"trimmed_to_limit",
                          fmt::format("The {} lasts {} s; only {} s from {} s on are used: the service takes no more.",
                                      of.clip, brief(of.length), brief(of.limit), brief(start))});
    }
    end = start + of.limit;
  }
  return {{.start = start, .end = end, .whole = start == 0 && end == of.length}, std::move(warnings)};
}

}  // namespace react1::planning
