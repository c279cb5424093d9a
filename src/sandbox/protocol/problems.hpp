// SPDX-License-Identifier: Apache-2.0
// The service's error list: the content of a 422, in the format and wording of fal's error pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json_text.hpp"
#include "serve/http_types.hpp"

namespace react1::sandbox {

/// One entry of `detail`.
struct Problem {
  std::vector<std::string> location;  ///< e.g. {"body", "audio_url"}
  std::string type;                   ///< stable, e.g. "audio_duration_too_long"
  std::string message;
  Json context;  ///< `ctx`; null = absent
  Json input;    ///< the value sent; null = absent
};

/// A JSON answer.
[[nodiscard]] serve::Response json_response(int status, const Json& body);
/// {"detail": text}.
[[nodiscard]] serve::Response detail_response(int status, std::string_view text);
/// The platform API's own format: {"error":{"type","message"}}.
[[nodiscard]] serve::Response platform_error(int status, const std::string& type, std::string_view message);
/// 422 with the list, and the headers that go with it.
[[nodiscard]] serve::Response problems_response(const std::vector<Problem>& problems);

}  // namespace react1::sandbox
