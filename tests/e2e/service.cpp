// SPDX-License-Identifier: Apache-2.0
#include "e2e/service.hpp"

#include "core/json_text.hpp"
#include "core/sandbox_proof.hpp"

namespace react1::test {

ScriptedService::ScriptedService() {
  server_.otherwise([this](const SeenRequest& request) { return respond(request); });
}

ScriptedService& ScriptedService::answer(const std::string& method, const std::string& part,
                                         const std::string& whole_answer) {
  const std::lock_guard lock(mutex_);
  overrides_.insert(overrides_.begin(), {{method, part}, whole_answer});
  return *this;
}

std::string ScriptedService::respond(const SeenRequest& request) const {
  // The challenge to a sandbox: this is a service whose calls cost money.
  if (request.target.find(kSandboxChallengePrefix) != std::string::npos)
    return react1::test::answer(404, R"({"status":"NOT_FOUND"})");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [match, whole_answer] : overrides_) {
      if (request.method == match.first && request.target.find(match.second) != std::string::npos) return whole_answer;
    }
  }
  const std::string requests = server_.url("/fal-ai/sync-lipsync/requests/req-1");
  const Json ids{{"request_id", "req-1"},
                 {"status_url", requests + "/status"},
                 {"response_url", requests},
                 {"cancel_url", requests + "/cancel"},
                 {"logs", nullptr}};
  const auto with = [&](Json more) {
    more.update(ids);
    return react1::test::answer(200, more.dump());
  };
  if (request.target.find("/initiate") != std::string::npos) {
    return react1::test::answer(
        200, Json{{"upload_url", server_.url("/put/1?sig=s")}, {"file_url", server_.url("/files/1")}}.dump());
  }
  if (request.method == "PUT" && request.target.find("/cancel") != std::string::npos) {
    return react1::test::answer(202, R"({"status":"CANCELLATION_REQUESTED"})");
  }
  if (request.method == "PUT") return react1::test::answer(200, "{}");
  if (request.method == "POST") return with({{"status", "IN_QUEUE"}, {"queue_position", 0}});
  if (request.target.find("/files/") != std::string::npos) return react1::test::answer(405, "");  // says no size
  if (request.target.find("/status") != std::string::npos) return with({{"status", "COMPLETED"}});
  if (request.target.find("/requests/") != std::string::npos) {
    return react1::test::answer(200, Json{{"video", {{"url", server_.url("/out.mp4")}}}}.dump());
  }
  return react1::test::answer(404, R"({"detail":"not found"})");
}

}  // namespace react1::test
