// SPDX-License-Identifier: Apache-2.0
// Routing, authorisation and faults. The queue's routes are in queue_routes.cpp, the simulated model in react.cpp.
#include "sandbox/service/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <react1/error.hpp>

#include "core/log.hpp"
#include "models/registry.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {
namespace {

/// Open status streams are many idle connections, and curl keeps its own for two minutes.
constexpr serve::ConnectionLimits kConnections{.most = 4096, .most_per_peer = 4096, .idle = std::chrono::minutes{2}};

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

unsigned checked_concurrency(unsigned wanted) {
  if (wanted > 0) return wanted;
  throw Error{ErrorCode::usage, "concurrency", "must be at least 1"};
}

serve::Response no_answer(Action::Drop how) {
  serve::Response response;
  response.body = serve::NoAnswer{.reset = how == Action::Drop::reset};
  return response;
}

/// The model whose endpoint, else whose application, is a prefix of the path; otherwise React-1.
const Model& model_below(std::string_view path) {
  const auto models = models::all();
  for (const Model* model : models) {
    if (path.starts_with(fmt::format("/{}/", model->endpoint))) return *model;
  }
  const auto found = std::find_if(models.begin(), models.end(), [&](const Model* model) {
    return path.starts_with(fmt::format("/{}/", application_of(*model)));
  });
  return found == models.end() ? models::standard() : **found;
}

serve::Response wrong_method() {
  return {.status = 405};  // the real one's body is empty, too
}

}  // namespace

Service::Service(const SandboxOptions& options)
    : key_(options.key),
      renders_(options.render),
      ledger_(options.ledger),
      reach_(options),
      faults_(parse_fault_script(options.faults, options.faults_name)),
      webhooks_(faults_),
      storage_(options.directory.empty() ? own_folder_.emplace().path() : usable(options.directory)),
      jobs_(
          {.concurrency = checked_concurrency(options.concurrency),
           .queue_time = options.queue_time,
           .inference_time = options.inference_time},
          [this](const std::string& id, const JobWish& wish, const JobQueue::Log& log, std::stop_token stop) {
            return react(id, wish, log, std::move(stop));
          },
          [this](const std::string& id, const Outcome& outcome) { completed(id, outcome); }),
      server_(
          {.port = options.port, .connections = kConnections},
          [this](const serve::RequestHead& head) { return plan(head); },
          [this](const serve::Request& request, const serve::Reply& reply) { answer(request, reply); }),
      reached_directly_(server_.port()) {
  storage_.set_base_url(server_.url());
}

serve::BodyPlan Service::plan(const serve::RequestHead& head) {
  const Located where = locate(head.path);
  ledger_.saw(head.method, where.route, head.has_header("Authorization"));
  serve::BodyPlan plan;
  plan.refuse = refuse_web_page(head, server_.port());
  if (plan.refuse) return plan;
  switch (where.route) {
    case Route::upload:
    case Route::part:
      if (head.method == "PUT") plan = storage_.plan_upload(head, where.tail);
      break;
    case Route::complete:
      plan.refuse = storage_.refuse_signature(head, where.tail);
      break;
    case Route::file:
    case Route::jwks:
    case Route::models:  // needs no key
      break;
    case Route::history:
    case Route::prices:
    case Route::estimate:
      if (refuse_key(head)) plan.refuse = platform_error(401, "authorization_error", "Invalid or missing API key");
      break;
    default:
      plan.refuse = refuse_key(head);
  }
  if (plan.refuse || faults_.empty()) return plan;
  const auto number = where.route == Route::submit ? ledger_.count() + 1 : ledger_.number_of(where.id);
  if (auto fault = faults_.decide(where.route, number, where.tail)) {
    plan.reset_after = fault->reset_upload_after;
    plan.note = std::move(fault);
  }
  return plan;
}

std::optional<serve::Response> Service::refuse_key(const serve::RequestHead& head) const {
  const std::string_view given = head.header("Authorization");
  if (given.empty()) {
    return detail_response(401, fmt::format("Cannot access application \"{}\". Authentication is required to access "
                                            "this application.",
                                            application_of(model_below(head.path))));
  }
  static constexpr std::string_view scheme = "Key ";
  if (given.starts_with("Bearer ")) return detail_response(401, "bearer: unable to decode issuer");
  const std::string_view key = given.starts_with(scheme) ? given.substr(scheme.size()) : std::string_view{};
  const bool accepted = key_.empty() ? well_formed(key) : key == key_;
  if (accepted) return std::nullopt;
  return detail_response(401, "invalid key credentials");
}

void Service::answer(const serve::Request& request, const serve::Reply& reply) {
  const Located where = locate(request.path);
  const auto fault = std::static_pointer_cast<const Action>(request.note);
  log::debug("sandbox", request.method + " " + request.path + (fault ? ": injected fault" : ""));
  if (fault) {
    if (fault->expire) storage_.expire(where.tail);
    if (fault->drop_before) return deliver(no_answer(*fault->drop_before), fault, reply);
    if (auto instead = answer_instead(*fault)) return deliver(std::move(*instead), fault, reply);
  }
  if (where.route == Route::complete && request.method == "POST") {
    chores_.after({}, [this, fault, reply, body = request.body, tail = std::string{where.tail}] {
      deliver(storage_.complete(body, tail), fault, reply);
    });
    return;
  }
  deliver(respond(request, where, fault), fault, reply);
}

void Service::deliver(serve::Response response, const Fault& fault, const serve::Reply& reply) {
  if (!fault) return reply.send(std::move(response));
  response = with_faults(std::move(response), *fault);
  if (fault->drop_after) response.body = no_answer(*fault->drop_after).body;
  if (fault->delay.count() == 0) return reply.send(std::move(response));
  timer_.after(fault->delay, [response = std::move(response), reply] { reply.send(response); });
}

serve::Response Service::respond(const serve::Request& request, const Located& where, const Fault& fault) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool posts = request.method == "POST";
  const bool puts = request.method == "PUT";
  switch (where.route) {
    case Route::file:
      return reads ? storage_.file(where.tail) : wrong_method();
    case Route::upload:
      return puts ? storage_.finish_upload(request, where.tail) : wrong_method();
    case Route::part:
      return puts ? storage_.finish_part(request, where.tail, where.number) : wrong_method();
    case Route::initiate:
    case Route::initiate_multipart:
      return posts ? storage_.initiate(request, where.route == Route::initiate_multipart) : wrong_method();
    case Route::submit:
      return posts ? submit(request, *where.model, fault) : wrong_method();
    case Route::jwks:
      return reads ? json_response(200, webhooks_.key_set()) : wrong_method();
    case Route::status:
    case Route::stream:
    case Route::result:
      return reads ? about_request(request, where) : wrong_method();
    case Route::cancel:
      return puts ? about_request(request, where) : wrong_method();
    case Route::identity:
      return reads ? identify(where.id) : wrong_method();
    case Route::history:
    case Route::prices:
    case Route::estimate:
    case Route::models:
      return platform(request, where.route);
    case Route::complete:
    case Route::webhook:
    case Route::other:
      break;
  }
  return unknown_path(request);
}

serve::Response Service::unknown_path(const serve::Request& request) const {
  const std::string_view path = request.path;
  if (path.starts_with(platform_path)) return platform_error(404, "not_found", "Not Found");
  const Model& model = model_below(path);
  const std::string application = fmt::format("/{}/", application_of(model));
  // A path below the full endpoint is a common mistake: the real queue has no such route.
  const bool below = path.starts_with(fmt::format("/{}/", model.endpoint)) || path.starts_with(requests_path(model));
  if (below || path.starts_with(multipart_path)) return wrong_method();
  if (path.starts_with(application) && request.method == "POST") {
    return detail_response(404, "Path /" + std::string{path.substr(application.size())} + " not found");
  }
  if (request.method == "POST") {
    return detail_response(404, "Application \"" + std::string{path.substr(1)} + "\" not found");
  }
  return detail_response(404, "Not Found");
}

}  // namespace react1::sandbox
