// SPDX-License-Identifier: Apache-2.0
// The platform API: history, prices, the schema; and the route by which a client recognises a sandbox.
#include <optional>
#include <string>
#include <utility>

#include "core/sandbox_proof.hpp"
#include "models/registry.hpp"
#include "sandbox/protocol/model_input.hpp"
#include "sandbox/protocol/problems.hpp"
#include "sandbox/service/service.hpp"

namespace react1::sandbox {
namespace {

constexpr const char* kCurrency = "USD";

/// nullptr: not an endpoint of the registered models.
const Model* asked_about(const serve::RequestHead& head) {
  return models::find(head.query_item("endpoint_id"));
}

serve::Response unknown_endpoint() {
  return platform_error(404, "not_found", "no such endpoint");
}

serve::Response prices(const serve::RequestHead& head) {
  const Model* model = asked_about(head);
  if (model == nullptr) return unknown_endpoint();
  // The sandbox itself is free of charge.
  return json_response(200, Json{{"prices",
                                  {{{"endpoint_id", model->endpoint},
                                    {"unit_price", model->service.usd_per_minute},
                                    {"unit", "minutes"},
                                    {"currency", kCurrency}}}},
                                 {"next_cursor", nullptr},
                                 {"has_more", false}});
}

/// The number of minutes in the query; nullopt if it is not a number.
std::optional<double> minutes_of(const Json& endpoints, const Model& model) {
  const auto found = endpoints.find(std::string(model.endpoint));
  if (found == endpoints.end() || !found->is_object()) return std::nullopt;
  const auto quantity = found->find("unit_quantity");
  const bool is_number = quantity != found->end() && quantity->is_number();
  return is_number ? std::optional(quantity->get<double>()) : std::nullopt;
}

serve::Response estimate(const serve::Request& request) {
  const Json body = read_json(request.body).value_or(Json(nullptr));
  const bool asks = body.is_object() && body.value("estimate_type", "") == "unit_price" && body.contains("endpoints") &&
                    body["endpoints"].is_object();
  std::optional<double> cost;
  for (const Model* model : models::all()) {
    const auto minutes = asks ? minutes_of(body["endpoints"], *model) : std::nullopt;
    if (minutes) cost = cost.value_or(0) + *minutes * model->service.usd_per_minute;
  }
  if (!cost) return platform_error(400, "validation_error", "endpoints: each needs a unit_quantity");
  return json_response(200, Json{{"estimate_type", "unit_price"}, {"total_cost", *cost}, {"currency", kCurrency}});
}

serve::Response describe_model(const serve::RequestHead& head) {
  const Model* model = asked_about(head);
  if (model == nullptr) return unknown_endpoint();
  Json entry{{"endpoint_id", model->endpoint}, {"metadata", {{"status", "active"}}}};
  if (head.query_item("expand") == "openapi-3.0") entry["openapi"] = input_schema(*model);
  return json_response(
      200, Json{{"models", Json::array({std::move(entry)})}, {"next_cursor", nullptr}, {"has_more", false}});
}

}  // namespace

serve::Response Service::platform(const serve::Request& request, Route route) {
  const bool posts = route == Route::estimate;
  if (request.method != (posts ? "POST" : "GET")) return platform_error(405, "not_implemented", "method not allowed");
  switch (route) {
    case Route::history:
      return history_.page(request);
    case Route::prices:
      return prices(request);
    case Route::estimate:
      return estimate(request);
    default:
      return describe_model(request);
  }
}

serve::Response Service::identify(const std::string& id) const {
  const std::string challenge = id.substr(kSandboxChallengePrefix.size());
  return json_response(200, Json{{"sandbox", instance_}, {"proof", sandbox_proof(challenge, instance_)}});
}

}  // namespace react1::sandbox
