// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {

serve::Response json_response(int status, const Json& body) {
  return serve::text_response(status, "application/json", json_text(body, /*indent=*/-1));
}

serve::Response detail_response(int status, std::string_view text) {
  return json_response(status, Json{{"detail", text}});
}

serve::Response platform_error(int status, const std::string& type, std::string_view message) {
  return json_response(status, Json{{"error", {{"type", type}, {"message", message}}}});
}

serve::Response problems_response(const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const auto& problem : problems) {
    Json entry{{"loc", problem.location},
               {"msg", problem.message},
               {"type", problem.type},
               {"url", "https://docs.fal.ai/errors#" + problem.type}};
    if (!problem.context.is_null()) entry["ctx"] = problem.context;
    if (!problem.input.is_null()) entry["input"] = problem.input;
    list.push_back(std::move(entry));
  }
  auto response = json_response(422, Json{{"detail", std::move(list)}});
  response.headers.emplace("X-Fal-Retryable", "false");
  response.headers.emplace("X-Fal-Billable-Units", "0");
  return response;
}

}  // namespace react1::sandbox
