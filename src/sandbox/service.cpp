// Routing, authorisation and storage. The queue's routes are in queue_routes.cpp, the model's work in react.cpp.
#include "sandbox/service.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <react1/error.hpp>

#include "core/log.hpp"
#include "sandbox/problems.hpp"

namespace react1::sandbox {
namespace {

constexpr unsigned jobs_at_a_time = 2;  // what the real queue grants a new account
constexpr std::string_view endpoint = "/fal-ai/sync-lipsync/react-1";
constexpr std::string_view requests = "/fal-ai/sync-lipsync/requests/";

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::filesystem::path usable(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) throw Error{ErrorCode::io, directory, "the sandbox's folder can't be made", {.detail = failed.message()}};
  return std::filesystem::absolute(directory);
}

/// "<id>:<secret>", both there and printable.
bool well_formed(std::string_view key) {
  const auto colon = key.find(':');
  const bool printable =
      key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+/=~") ==
      std::string_view::npos;
  return printable && colon != std::string_view::npos && colon > 0 && colon + 1 < key.size();
}

}  // namespace

Service::Service(const SandboxOptions& options)
    : key_(options.key),
      own_folder_(),
      storage_(options.directory.empty() ? own_folder_.emplace().path() : usable(options.directory)),
      jobs_(jobs_at_a_time, {options.queue_time, options.inference_time},
            [this](const std::string& id, const ModelInput& input, const JobQueue::Log& log, std::stop_token stop) {
              return react(id, input, log, std::move(stop));
            }),
      server_(
          {.port = options.port}, [this](const serve::RequestHead& head) { return plan(head); },
          [this](const serve::Request& request, const serve::Reply& reply) { reply.send(answer(request)); }) {
  storage_.set_base_url(server_.url());
}

serve::BodyPlan Service::plan(const serve::RequestHead& head) {
  if (head.method == "PUT" && starts_with(head.path, "/upload/b/")) return storage_.plan_upload(head);
  serve::BodyPlan plan;
  if (!starts_with(head.path, "/files/b/")) plan.refuse = refuse_key(head);
  return plan;
}

std::optional<serve::Response> Service::refuse_key(const serve::RequestHead& head) const {
  const std::string_view given = head.header("Authorization");
  if (given.empty()) {
    return detail_response(401,
                           "Cannot access application \"fal-ai/sync-lipsync\". Authentication is required to "
                           "access this application.");
  }
  static constexpr std::string_view scheme = "Key ";
  if (starts_with(given, "Bearer ")) return detail_response(401, "bearer: unable to decode issuer");
  const std::string_view key = starts_with(given, scheme) ? given.substr(scheme.size()) : std::string_view{};
  const bool accepted = key_.empty() ? well_formed(key) : key == key_;
  if (accepted) return std::nullopt;
  return detail_response(401, "invalid key credentials");
}

serve::Response Service::answer(const serve::Request& request) {
  const std::string_view path = request.path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const serve::Response wrong_method{.status = 405};  // the real one's body is empty, too
  log::debug("sandbox", request.method + " " + request.path);

  if (starts_with(path, "/files/b/")) return reads ? storage_.file(request) : wrong_method;
  if (starts_with(path, "/upload/b/")) return request.method == "PUT" ? storage_.finish_upload(request) : wrong_method;
  if (path == "/storage/upload/initiate") {
    return request.method == "POST" ? storage_.initiate(request) : wrong_method;
  }
  if (path == endpoint) return request.method == "POST" ? submit(request) : wrong_method;
  if (starts_with(path, requests)) return about_request(request, path.substr(requests.size()));
  // Asking below the full endpoint is the classic mistake: the real queue has no such route.
  if (starts_with(path, std::string{endpoint} + "/")) return wrong_method;
  if (starts_with(path, "/fal-ai/sync-lipsync/") && request.method == "POST") {
    return detail_response(404, "Path " + std::string{path.substr(20)} + " not found");
  }
  if (request.method == "POST") {
    return detail_response(404, "Application \"" + std::string{path.substr(1)} + "\" not found");
  }
  return detail_response(404, "Not Found");
}

}  // namespace react1::sandbox
