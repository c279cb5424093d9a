// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/limit_flags.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <react1/rational.hpp>
#include <stdexcept>
#include <string_view>

#include "cli/flags/flags.hpp"

namespace react1::cli {
namespace {

constexpr const char* kLimits = "Limits";

}  // namespace

void add_limit_flags(CLI::App& command, LimitFlags& flags) {
  add_value(command, "--max-source-size", flags.max_source_size, "Refuse a clip with more bytes (default 1T)")
      ->group(kLimits)
      ->option_text("SIZE");
  add_value(command, "--max-spooled-size", flags.max_spooled_size,
            "Put no more than this into a temporary file: standard input, servers without ranges (default 8G)")
      ->group(kLimits)
      ->option_text("SIZE");
}

void lay_over(SourceOptions& options, const LimitFlags& flags) {
  if (flags.max_source_size) {
    options.max_source_bytes = value_of("--max-source-size", *flags.max_source_size, parse_size);
  }
  if (flags.max_spooled_size) {
    options.max_spooled_bytes = value_of("--max-spooled-size", *flags.max_spooled_size, parse_size);
  }
}

std::int64_t parse_size(const std::string& text) {
  constexpr std::string_view kUnits = "KMGT";
  const auto bad = [&]() -> Error {
    return {ErrorCode::usage,
            "size",
            fmt::format("\"{}\" is not a size", text),
            {.hint = "bytes as in 4096, or with a unit as in 500M or 1.5G"}};
  };
  std::string number = text;
  std::int64_t unit = 1;
  if (const auto at = number.empty() ? std::string_view::npos : kUnits.find(number.back());
      at != std::string_view::npos) {
    unit = std::int64_t{1} << (10 * (at + 1));
    number.pop_back();
  }
  try {
    const std::int64_t bytes = (Rational::parse(number) * unit).floor();
    if (bytes < 1 || bytes > std::int64_t{1} << 62) throw bad();
    return bytes;
  } catch (const std::logic_error&) {  // not a number
    throw bad();
  } catch (const std::overflow_error&) {
    throw bad();
  }
}

}  // namespace react1::cli
