// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/status.hpp"

#include <utility>

namespace react1::sandbox {
namespace {

constexpr int ticks_between_pings = 3;

}  // namespace

Json log_list(const std::vector<LogEntry>& logs, std::size_t first) {
  Json list = Json::array();
  for (std::size_t i = first; i < logs.size(); ++i) {
    list.push_back(Json{{"message", logs[i].message},
                        {"timestamp", logs[i].timestamp},
                        {"level", "INFO"},
                        {"source", "USER"},
                        {"labels", Json::object()}});
  }
  return list;
}

Json status_document(const JobView& view, const Json& identifiers, Json logs) {
  Json body;
  switch (view.phase) {
    case JobPhase::queued:
      body = Json{{"status", "IN_QUEUE"}, {"queue_position", view.queue_position}};
      break;
    case JobPhase::running:
      body = Json{{"status", "IN_PROGRESS"}};
      break;
    case JobPhase::completed:
      body = Json{{"status", "COMPLETED"}};
      break;
  }
  body.update(identifiers);
  body["logs"] = std::move(logs);
  body["metrics"] = view.inference_s ? Json{{"inference_time", *view.inference_s}} : Json::object();
  if (view.outcome && !view.outcome->error.empty()) {
    body["error"] = view.outcome->error;
    body["error_type"] = view.outcome->error_type;
  }
  return body;
}

StatusEvents::StatusEvents(std::shared_ptr<serve::BodyStream> stream, Json identifiers, bool wants_logs)
    : stream_(std::move(stream)), identifiers_(std::move(identifiers)), wants_logs_(wants_logs) {}

bool StatusEvents::send(const JobView& view) {
  std::string now = json_text(status_document(view, identifiers_, nullptr), /*indent=*/-1);
  const bool more_logs = wants_logs_ && view.logs.size() > told_;
  if (now == last_ && !more_logs) {
    if (++quiet_ % ticks_between_pings != 0) return stream_->is_open();
    return stream_->write(": ping\n\n");
  }
  quiet_ = 0;
  last_ = std::move(now);
  const Json logs = wants_logs_ ? log_list(view.logs, told_) : Json::array();
  told_ = view.logs.size();
  const bool heard =
      stream_->write("data: " + json_text(status_document(view, identifiers_, logs), /*indent=*/-1) + "\n\n");
  if (view.phase != JobPhase::completed) return heard;
  stream_->end();
  return false;
}

}  // namespace react1::sandbox
