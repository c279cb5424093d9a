// SPDX-License-Identifier: Apache-2.0
// The platform API beside the queue: history, prices, the schema; and what tells a client that this is a sandbox.
#include <react1/rational.hpp>

#include "core/sandbox_proof.hpp"
#include "sandbox/protocol/problems.hpp"
#include "sandbox/service/service.hpp"

namespace react1::sandbox {
namespace {

/// As the model's page says; the sandbox itself is free of charge.
constexpr double kUsdPerMinute = 10;
constexpr const char* kCurrency = "USD";

Json words(std::initializer_list<const char*> allowed) {
  return {{"type", "string"}, {"enum", Json(std::vector<std::string>(allowed.begin(), allowed.end()))}};
}

Json with_default(Json property, Json value) {
  property["default"] = std::move(value);
  return property;
}

/// The part of the service's own description that says what may be sent.
Json schema() {
  const Json properties{
      {"video_url", {{"type", "string"}}},
      {"audio_url", {{"type", "string"}}},
      {"emotion", words({"happy", "angry", "sad", "neutral", "disgusted", "surprised"})},
      {"model_mode", with_default(words({"lips", "face", "head"}), "face")},
      {"lipsync_mode", with_default(words({"cut_off", "loop", "bounce", "silence", "remap"}), "bounce")},
      {"temperature", {{"type", "number"}, {"minimum", 0}, {"maximum", 1}, {"default", 0.5}}}};
  const Json input{{"type", "object"}, {"properties", properties}, {"required", {"video_url", "audio_url", "emotion"}}};
  const Json post{
      {"requestBody",
       {{"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/SyncLipsyncReact1Input"}}}}}}}}}};
  return {{"openapi", "3.0.4"},
          {"info", {{"title", "Queue OpenAPI for fal-ai/sync-lipsync/react-1"}, {"version", "1.0.0"}}},
          {"components", {{"schemas", {{"SyncLipsyncReact1Input", input}}}}},
          {"paths", {{std::string{endpoint_path}, {{"post", post}}}}}};
}

bool is_about_us(const serve::RequestHead& head) {
  return head.query_item("endpoint_id") == endpoint_path.substr(1);
}

serve::Response unknown_endpoint() {
  return platform_error(404, "not_found", "no such endpoint");
}

serve::Response prices(const serve::RequestHead& head) {
  if (!is_about_us(head)) return unknown_endpoint();
  return json_response(200, Json{{"prices",
                                  {{{"endpoint_id", endpoint_path.substr(1)},
                                    {"unit_price", kUsdPerMinute},
                                    {"unit", "minutes"},
                                    {"currency", kCurrency}}}},
                                 {"next_cursor", nullptr},
                                 {"has_more", false}});
}

serve::Response estimate(const serve::Request& request) {
  const Json body = read_json(request.body).value_or(Json(nullptr));
  const Json::json_pointer quantity("/endpoints/" + std::string{"fal-ai~1sync-lipsync~1react-1"} + "/unit_quantity");
  if (!body.is_object() || body.value("estimate_type", "") != "unit_price" || !body.contains(quantity) ||
      !body.at(quantity).is_number()) {
    return platform_error(400, "validation_error", "endpoints: each needs a unit_quantity");
  }
  return json_response(200, Json{{"estimate_type", "unit_price"},
                                 {"total_cost", body.at(quantity).get<double>() * kUsdPerMinute},
                                 {"currency", kCurrency}});
}

serve::Response models(const serve::RequestHead& head) {
  if (!is_about_us(head)) return unknown_endpoint();
  Json model{{"endpoint_id", endpoint_path.substr(1)}, {"metadata", {{"status", "active"}}}};
  if (head.query_item("expand") == "openapi-3.0") model["openapi"] = schema();
  return json_response(
      200, Json{{"models", Json::array({std::move(model)})}, {"next_cursor", nullptr}, {"has_more", false}});
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
      return models(request);
  }
}

serve::Response Service::identify(const std::string& id) const {
  const std::string challenge = id.substr(kSandboxChallengePrefix.size());
  return json_response(200, Json{{"sandbox", instance_}, {"proof", sandbox_proof(challenge, instance_)}});
}

}  // namespace react1::sandbox
