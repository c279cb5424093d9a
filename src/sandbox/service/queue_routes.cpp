// SPDX-License-Identifier: Apache-2.0
// The queue's routes: status, stream, result, cancel. The submit is in submit_route.cpp.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "sandbox/protocol/problems.hpp"
#include "sandbox/protocol/status.hpp"
#include "sandbox/service/service.hpp"
#include "serve/body_stream.hpp"

namespace react1::sandbox {
namespace {

/// How soon a stream reports a queue position that only other jobs changed.
constexpr std::chrono::seconds tick_every{5};

serve::Response not_found() {
  return json_response(404, Json{{"status", "NOT_FOUND"}});
}

bool wants_logs(const serve::RequestHead& head) {
  const auto value = head.query_item("logs");
  return value == "1" || value == "true" || value == "True";
}

}  // namespace

/// The four keys in every answer of the queue. Owner and alias only: the sub-path is not part of these URLs.
Json Service::identifiers(const Model& model, const std::string& id) const {
  const std::string base = fmt::format("{}{}{}", server_.url(), requests_path(model), id);
  return Json{
      {"request_id", id}, {"response_url", base}, {"status_url", base + "/status"}, {"cancel_url", base + "/cancel"}};
}

serve::Response Service::about_request(const serve::Request& request, const Located& where) {
  serve::Response response;
  if (where.route == Route::status) response = status(request, where);
  if (where.route == Route::stream) response = stream(request, where);
  if (where.route == Route::result) response = result(where);
  if (where.route == Route::cancel) response = cancel(where.id);
  response.headers["x-fal-request-id"] = where.id;
  return response;
}

serve::Response Service::status(const serve::Request& request, const Located& where) const {
  const auto view = jobs_.view(where.id);
  if (!view) return not_found();
  Json logs = wants_logs(request) ? log_list(view->logs) : Json(nullptr);
  const int code = view->phase == JobPhase::completed ? 200 : 202;
  return json_response(code, status_document(*view, identifiers(*where.model, where.id), std::move(logs)));
}

serve::Response Service::stream(const serve::Request& request, const Located& where) {
  auto body = std::make_shared<serve::BodyStream>();
  auto events = std::make_shared<StatusEvents>(body, identifiers(*where.model, where.id), wants_logs(request));
  if (!jobs_.watch(where.id, [events](const JobView& view) { return events->send(view); })) return not_found();
  if (!std::exchange(ticks_, true)) tick();
  serve::Response response;
  response.headers = {{"Content-Type", "text/event-stream; charset=utf-8"}, {"Cache-Control", "no-cache"}};
  response.body = serve::StreamBody{std::move(body)};
  return response;
}

void Service::tick() {
  timer_.after(tick_every, [this] {
    jobs_.notify_watchers();
    tick();
  });
}

serve::Response Service::result(const Located& where) const {
  const auto view = jobs_.view(where.id);
  if (!view) return not_found();
  if (view->outcome) return view->outcome->response;
  Json body{{"detail", "Request is still in progress"}};
  body.update(identifiers(*where.model, where.id));
  return json_response(400, body);
}

serve::Response Service::cancel(const std::string& id) {
  switch (jobs_.cancel(id)) {
    case Cancelled::requested:
      return json_response(202, Json{{"status", "CANCELLATION_REQUESTED"}});
    case Cancelled::already_completed:
      return json_response(400, Json{{"status", "ALREADY_COMPLETED"}});
    case Cancelled::not_found:
      break;
  }
  return not_found();
}

}  // namespace react1::sandbox
