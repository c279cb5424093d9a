// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/look_up_flags.hpp"

#include <fmt/format.h>

#include <chrono>

#include "cli/flags/flags.hpp"
#include "core/number.hpp"

namespace react1::cli {
namespace {

constexpr const char* kGroup = "Lost answers";
constexpr std::int64_t kWeek = 7 * 24 * 3600;

std::int64_t whole_number(const char* flag, const std::string& text, std::int64_t least, std::int64_t most) {
  const auto value = read_number<std::int64_t>(text);
  if (!value || *value < least || *value > most)
    throw Error(ErrorCode::usage, flag, fmt::format("\"{}\" is not a whole number from {} to {}", text, least, most));
  return *value;
}

}  // namespace

void add_look_up_flags(CLI::App& command, LookUpFlags& flags) {
  add_value(command, "--look-up-wait", flags.wait,
            "When the answer to the paid call was lost, look for it in the service's request history for so long "
            "(default 600; 0: once; off: a person decides)")
      ->group(kGroup)
      ->option_text("SECONDS");
  add_value(command, "--look-up-attempts", flags.attempts, "Ask the history so often at most (default 15)")
      ->group(kGroup)
      ->option_text("N");
}

void lay_over(LostAnswerOptions& options, const LookUpFlags& flags) {
  if (flags.attempts) {
    options.attempts = static_cast<int>(whole_number("--look-up-attempts", *flags.attempts, 1, 1000));
  }
  if (!flags.wait) return;
  options.look_up = *flags.wait != "off";
  if (options.look_up) {
    options.max_wait = std::chrono::seconds(whole_number("--look-up-wait", *flags.wait, 0, kWeek));
  }
}

}  // namespace react1::cli
