// SPDX-License-Identifier: Apache-2.0
// What a request id of the service looks like.
#pragma once

#include <string_view>

namespace react1 {

/// 1 to 128 of "A-Za-z0-9._-", and neither "." nor "..": safe in a path, on a terminal and in a shell. The service's
/// own are UUIDs; anything else is not the service's.
[[nodiscard]] constexpr bool is_request_id(std::string_view id) noexcept {
  constexpr std::size_t kMaxBytes = 128;
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !id.empty() && id.size() <= kMaxBytes && id != "." && id != ".." &&
         id.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace react1
