// SPDX-License-Identifier: Apache-2.0
// Shorthands for declaring flags, with consistent semantics: the last one given wins, as with ffmpeg and curl.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <react1/error.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace react1::cli {

/// A flag with a value; `target` stays nullopt when it is not given. `target` must outlive parsing.
inline CLI::Option* add_value(CLI::App& app, const std::string& name, std::optional<std::string>& target,
                              const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&target](const std::string& text) { target = text; }, help)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->trigger_on_parse(false);
}

/// A required positional argument.
inline CLI::Option* add_argument(CLI::App& app, const std::string& name, std::string& target, const std::string& help) {
  return app.add_option(name, target, help)->required();
}

/// Converts the text of a flag; a usage error then names the flag and not the field.
template <class Convert>
[[nodiscard]] auto value_of(std::string_view flag, const std::string& text, Convert convert) {
  try {
    return convert(text);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(flag), error.message(), {.detail = error.detail(), .hint = error.hint()});
  }
}

}  // namespace react1::cli
