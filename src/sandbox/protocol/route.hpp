// SPDX-License-Identifier: Apache-2.0
// The routes of the service: the meaning of a path. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/model.hpp"

namespace react1::sandbox {

enum class Route {
  initiate,            ///< POST /storage/upload/initiate
  initiate_multipart,  ///< POST /storage/upload/initiate-multipart
  upload,              ///< PUT of a whole file
  part,                ///< PUT of one part
  complete,            ///< POST that puts the parts together
  file,                ///< GET of an upload or a result
  submit,              ///< the paid one
  status,
  stream,  ///< of status events
  result,
  cancel,
  jwks,      ///< the key that webhooks are signed with
  webhook,   ///< outgoing: sent by this service, not requested
  identity,  ///< a challenge: is this a sandbox?
  history,   ///< the platform API: requests …
  prices,
  estimate,  ///< … what a call costs …
  models,    ///< … and the schema
  other,
};

/// "initiate_multipart", as in fault scripts and ledgers.
[[nodiscard]] std::string_view to_string(Route route) noexcept;
[[nodiscard]] std::optional<Route> parse_route(std::string_view word) noexcept;
/// All words, in the order of the enumeration.
[[nodiscard]] std::span<const std::string_view> route_words() noexcept;

struct Located {
  Route route = Route::other;
  std::string id{};           ///< of the request, for status, stream, result and cancel; "" else
  std::string_view tail{};    ///< "<id>/<name>" of a file or an upload
  std::string_view number{};  ///< of the part, as it was sent
  /// The model of this endpoint, for a submit; one of the application's models, for routes of a request; else nullptr.
  const Model* model = nullptr;
};
/// `path` is decoded and must outlive the result. All registered models (models/registry.hpp) are served.
[[nodiscard]] Located locate(std::string_view path);

/// "owner/alias" of "owner/alias/path": the base path of requests, whatever path the endpoint has below it.
[[nodiscard]] std::string_view application_of(const Model& model) noexcept;
/// "/owner/alias/requests/".
[[nodiscard]] std::string requests_path(const Model& model);

inline constexpr std::string_view platform_path = "/v1/";
inline constexpr std::string_view file_path = "/files/b/";
inline constexpr std::string_view upload_path = "/upload/b/";
inline constexpr std::string_view multipart_path = "/upload/m/";

}  // namespace react1::sandbox
