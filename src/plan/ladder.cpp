// SPDX-License-Identifier: Apache-2.0
#include "plan/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <react1/error.hpp>

namespace react1::planning {

void add_once(Reasons& all, Reasons more) {
  for (std::string& reason : more) {
    if (std::find(all.begin(), all.end(), reason) == all.end()) all.push_back(std::move(reason));
  }
}

void demanded_encoding(const PrepareOptions& options, Reasons& reasons) {
  if (options.reencode == ReencodePolicy::always) reasons.emplace_back("Encoding again was asked for.");
}

void require_encoding_allowed(const PrepareOptions& options, const Reasons& reasons, const std::string& path) {
  if (options.reencode != ReencodePolicy::never) return;
  throw Error(
      ErrorCode::media, path, "can't be used without encoding it again, which --reencode never forbids",
      {.detail = fmt::format("{}", fmt::join(reasons, " ")),
       .hint = options.conform == Conform::off ? "use --reencode auto" : "use --reencode auto or --conform off"});
}

}  // namespace react1::planning
