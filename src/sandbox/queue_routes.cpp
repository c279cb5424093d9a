// The queue's routes: submit, status, result, cancel.
#include <fmt/format.h>

#include <utility>

#include "sandbox/problems.hpp"
#include "sandbox/service.hpp"

namespace react1::sandbox {
namespace {

serve::Response for_request(serve::Response response, const std::string& id) {
  response.headers["x-fal-request-id"] = id;
  return response;
}

serve::Response not_found() {
  return json_response(404, Json{{"status", "NOT_FOUND"}});
}

bool wants_logs(const serve::RequestHead& head) {
  const auto value = head.query_item("logs");
  return value == "1" || value == "true" || value == "True";
}

Json log_list(const std::vector<LogEntry>& logs) {
  Json list = Json::array();
  for (const auto& entry : logs) {
    list.push_back(Json{{"message", entry.message},
                        {"timestamp", entry.timestamp},
                        {"level", "INFO"},
                        {"source", "USER"},
                        {"labels", Json::object()}});
  }
  return list;
}

}  // namespace

/// The four that every answer of the queue carries. Owner and alias only: the sub-path does not belong there.
Json Service::identifiers(const std::string& id) const {
  const std::string base = fmt::format("{}/fal-ai/sync-lipsync/requests/{}", server_.url(), id);
  return Json{
      {"request_id", id}, {"response_url", base}, {"status_url", base + "/status"}, {"cancel_url", base + "/cancel"}};
}

serve::Response Service::submit(const serve::Request& request) {
  auto input = parse_model_input(request.body);
  if (const auto* problems = std::get_if<std::vector<Problem>>(&input)) return problems_response(*problems);
  const std::string id = jobs_.submit(std::move(std::get<ModelInput>(input)));
  const auto view = jobs_.view(id);
  Json body{{"status", "IN_QUEUE"}};
  body.update(identifiers(id));
  body["logs"] = nullptr;
  body["metrics"] = Json::object();
  body["queue_position"] = view ? view->queue_position : 0;
  return for_request(json_response(200, body), id);
}

serve::Response Service::about_request(const serve::Request& request, std::string_view rest) {
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const auto slash = rest.find('/');
  const std::string id{rest.substr(0, slash)};
  const std::string_view what = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (what == "cancel" && request.method == "PUT") return for_request(cancel(id), id);
  if (what == "status" && reads) return for_request(status(request, id), id);
  if ((what.empty() || what == "response") && reads) return for_request(result(id), id);
  return {.status = 405};
}

serve::Response Service::status(const serve::Request& request, const std::string& id) const {
  const auto view = jobs_.view(id);
  if (!view) return not_found();
  const Json logs = wants_logs(request) ? log_list(view->logs) : Json(nullptr);
  Json body;
  switch (view->phase) {
    case JobPhase::queued:
      body = Json{{"status", "IN_QUEUE"}, {"queue_position", view->queue_position}};
      break;
    case JobPhase::running:
      body = Json{{"status", "IN_PROGRESS"}};
      break;
    case JobPhase::completed:
      body = Json{{"status", "COMPLETED"}};
      break;
  }
  body.update(identifiers(id));
  body["logs"] = logs;
  body["metrics"] = view->inference_s ? Json{{"inference_time", *view->inference_s}} : Json::object();
  if (view->outcome && !view->outcome->error.empty()) {
    body["error"] = view->outcome->error;
    body["error_type"] = view->outcome->error_type;
  }
  return json_response(view->phase == JobPhase::completed ? 200 : 202, body);
}

serve::Response Service::result(const std::string& id) const {
  const auto view = jobs_.view(id);
  if (!view) return not_found();
  if (view->outcome) return view->outcome->response;
  Json body{{"detail", "Request is still in progress"}};
  body.update(identifiers(id));
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
