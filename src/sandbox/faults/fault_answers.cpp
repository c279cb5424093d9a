// SPDX-License-Identifier: Apache-2.0
// Applies an action to an answer.
#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sandbox/faults/faults.hpp"

namespace react1::sandbox {
namespace {

/// Bytes of the body; 0 when not known.
std::uint64_t length_of(const serve::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
  if (const auto* made = std::get_if<serve::GeneratedBody>(&response.body)) return made->size;
  if (const auto* file = std::get_if<serve::FileBody>(&response.body)) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file->path, failed);
    return failed ? 0 : std::min<std::uint64_t>(size, file->only_first.value_or(size));
  }
  return 0;
}

void alter_logs(Json& document, Action::Logs how) {
  if (!document.contains("logs") || !document["logs"].is_array()) return;
  Json& logs = document["logs"];
  const Json whole = logs;
  if (how == Action::Logs::duplicate) {
    for (const Json& entry : whole) logs.push_back(entry);
  } else if (how == Action::Logs::out_of_order) {
    std::reverse(logs.begin(), logs.end());
  } else if (how == Action::Logs::lose) {
    logs = Json::array();
    for (std::size_t i = (whole.size() + 1) / 2; i < whole.size(); ++i) logs.push_back(whole[i]);
  }
}

void alter_json(std::string& text, const Action& action) {
  if (action.merge.is_null() && action.logs == Action::Logs::as_they_are) return;
  auto document = read_json(text);
  if (!document) return;
  alter_logs(*document, action.logs);
  if (!action.merge.is_null()) document->merge_patch(action.merge);
  text = json_text(*document, /*indent=*/-1);
}

/// Endless blanks: no prefix of them is invalid JSON.
serve::GeneratedBody endless(std::uint64_t size) {
  return {size, [](std::uint64_t /*offset*/, std::span<char> into) { std::fill(into.begin(), into.end(), ' '); }};
}

}  // namespace

std::optional<serve::Response> answer_instead(const Action& action) {
  if (!action.status) return std::nullopt;
  serve::Response response;
  response.status = *action.status;
  response.body = action.body.value_or("");
  if (action.body) response.headers.emplace("Content-Type", action.content_type);
  return response;
}

serve::Response with_faults(serve::Response response, const Action& action) {
  if (auto* text = std::get_if<std::string>(&response.body)) alter_json(*text, action);
  if (action.body && !action.status) {
    response.body = *action.body;
    response.headers["Content-Type"] = action.content_type;
  }
  if (auto* file = std::get_if<serve::FileBody>(&response.body); file != nullptr && action.keep) {
    file->only_first = action.keep->of(length_of(response));
  }
  if (action.huge) response.body = endless(*action.huge);
  for (const auto& [name, value] : action.headers) response.headers[name] = value;

  serve::InjectedFaults faults = action.response_faults;
  if (action.cut_after) faults.cut_after = action.cut_after->of(length_of(response));
  if (faults.cut_after || faults.content_length_add != 0 || faults.drip_bytes > 0) response.faults = faults;
  return response;
}

}  // namespace react1::sandbox
