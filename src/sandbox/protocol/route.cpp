// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/route.hpp"

#include <algorithm>
#include <array>

#include "core/sandbox_proof.hpp"
#include "models/registry.hpp"

namespace react1::sandbox {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, 19> words{"initiate", "initiate_multipart",
                                                 "upload",   "part",
                                                 "complete", "file",
                                                 "submit",   "status",
                                                 "stream",   "result",
                                                 "cancel",   "jwks",
                                                 "webhook",  "identity",
                                                 "history",  "prices",
                                                 "estimate", "models",
                                                 "other"};

Located locate_request(std::string_view rest) {
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const auto slash = rest.find('/');
  const std::string_view what = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  Located located{.id = std::string{rest.substr(0, slash)}};
  if (what.empty() || what == "response") located.route = Route::result;
  const bool challenges = located.id.starts_with(kSandboxChallengePrefix);
  if (what == "status") located.route = challenges ? Route::identity : Route::status;
  if (what == "status/stream") located.route = Route::stream;
  if (what == "cancel") located.route = Route::cancel;
  return located;
}

/// "<id>/<name>/<number>" or "<id>/<name>/complete".
Located locate_part(std::string_view rest) {
  const auto slash = rest.rfind('/');
  if (slash == std::string_view::npos) return {.route = Route::part, .tail = rest};
  const std::string_view last = rest.substr(slash + 1);
  return {.route = last == "complete" ? Route::complete : Route::part, .tail = rest.substr(0, slash), .number = last};
}

Route locate_platform(std::string_view rest) {
  if (rest == "models/requests/by-endpoint") return Route::history;
  if (rest == "models/pricing") return Route::prices;
  if (rest == "models/pricing/estimate") return Route::estimate;
  return rest == "models" ? Route::models : Route::other;
}

}  // namespace

std::string_view to_string(Route route) noexcept {
  const auto index = static_cast<std::size_t>(route);
  return index < words.size() ? words[index] : std::string_view{};
}

std::optional<Route> parse_route(std::string_view word) noexcept {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Route>(found - words.begin());
}

std::span<const std::string_view> route_words() noexcept {
  return words;
}

std::string_view application_of(const Model& model) noexcept {
  const auto owner = model.endpoint.find('/');
  return owner == std::string_view::npos ? model.endpoint
                                         : model.endpoint.substr(0, model.endpoint.find('/', owner + 1));
}

std::string requests_path(const Model& model) {
  return "/" + std::string(application_of(model)) + "/requests/";
}

Located locate(std::string_view path) {
  const auto models = models::all();
  for (const Model* model : models) {
    const std::string requests = requests_path(*model);
    if (!path.starts_with(requests)) continue;
    Located located = locate_request(path.substr(requests.size()));
    located.model = model;
    return located;
  }
  if (path.starts_with(file_path)) return {.route = Route::file, .tail = path.substr(file_path.size())};
  if (path.starts_with(upload_path)) return {.route = Route::upload, .tail = path.substr(upload_path.size())};
  if (path.starts_with(multipart_path)) return locate_part(path.substr(multipart_path.size()));
  Located located;
  for (const Model* model : models) {
    if (path.substr(0, 1) == "/" && path.substr(1) == model->endpoint)
      located = {.route = Route::submit, .model = model};
  }
  if (path == "/storage/upload/initiate") located.route = Route::initiate;
  if (path == "/storage/upload/initiate-multipart") located.route = Route::initiate_multipart;
  if (path == "/.well-known/jwks.json") located.route = Route::jwks;
  if (path.starts_with(platform_path)) located.route = locate_platform(path.substr(platform_path.size()));
  return located;
}

}  // namespace react1::sandbox
