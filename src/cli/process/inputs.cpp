// SPDX-License-Identifier: Apache-2.0
#include "cli/process/inputs.hpp"

#include <algorithm>
#include <react1/error.hpp>

namespace react1::cli {

std::vector<Source> sources_of(const std::vector<std::string>& arguments) {
  constexpr const char* kStandardInput = "-";
  if (std::count(arguments.begin(), arguments.end(), kStandardInput) > 1) {
    throw Error(ErrorCode::usage, "-", "standard input can be read for one clip only",
                {.hint = "save one of them to a file and name that"});
  }
  std::vector<Source> sources;
  sources.reserve(arguments.size());
  for (const std::string& argument : arguments) {
    sources.push_back(argument == kStandardInput ? Source::standard_input() : Source(argument));
  }
  return sources;
}

Pair pair_of(const std::string& video, const std::string& audio) {
  const std::vector<Source> sources = sources_of({video, audio});
  return {sources.front(), sources.back()};
}

}  // namespace react1::cli
