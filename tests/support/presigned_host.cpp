// SPDX-License-Identifier: Apache-2.0
#include "support/presigned_host.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <memory>
#include <react1/error.hpp>
#include <utility>

#include "core/json_text.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "http/engine/body_files.hpp"
#include "http/policy/fetch_error.hpp"
#include "http/policy/storage_fault.hpp"
#include "http/policy/url_expiry.hpp"

namespace react1::test {
namespace {

using Time = std::chrono::system_clock::time_point;

constexpr const char* kSecret = "presigned-signing-secret";  // never leaves the server
constexpr int kPutLife = 900;
constexpr int kUrls = 3;  // upload URLs that one upload may ask for
constexpr std::chrono::seconds kSilence{30};

std::string xml_error(const char* code, const char* message) {
  return answer(403, fmt::format("<Error><Code>{}</Code><Message>{}</Message></Error>", code, message),
                "application/xml");
}

std::string signature_of(const std::string& method, const std::string& path, const std::string& times) {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}", kSecret, method, path, times));
}

}  // namespace

PresignedServer::PresignedServer() {
  server_.otherwise([this](const SeenRequest& request) { return serve(request); });
}

std::map<std::string, std::string> PresignedServer::objects() const {
  const std::lock_guard lock(mutex_);
  return objects_;
}

void PresignedServer::lose_objects() {
  const std::lock_guard lock(mutex_);
  objects_.clear();
}

std::string PresignedServer::serve(const SeenRequest& request) {
  if (request.target == "/sign") return sign(request);
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (auto refused = refusal(request, path)) return *refused;
  if (request.method == "PUT") {
    if (on_put) {
      if (auto answered = on_put(path)) return *answered;
    }
    const std::lock_guard lock(mutex_);
    objects_[path] = request.body;
    return answer(200, "");
  }
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  if (found == objects_.end()) return answer(404, "<Error><Code>NoSuchKey</Code></Error>", "application/xml");
  if (request.header("range") != "bytes=0-0") return answer(200, found->second, "application/octet-stream");
  return answer(206, found->second.substr(0, 1), "application/octet-stream",
                fmt::format("Content-Range: bytes 0-0/{}\r\n", found->second.size()));
}

std::string PresignedServer::sign(const SeenRequest& request) {
  if (request.header("authorization") != "Bearer " + token().expose()) return answer(401, "");
  const auto body = read_json(request.body);
  if (!body || !body->contains("name")) return answer(400, "");
  std::string path;
  {
    const std::lock_guard lock(mutex_);
    path = fmt::format("/clips/{}/{}", ++signed_, body->at("name").get<std::string>());
  }
  const Time now = std::chrono::system_clock::now();
  const bool is_stale = stale_put_urls.fetch_sub(1) > 0;
  return answer(200, Json{{"put_url", url_for("PUT", path, is_stale ? now - std::chrono::hours(1) : now, kPutLife)},
                          {"get_url", url_for("GET", path, now, get_life_s)}}
                         .dump());
}

std::string PresignedServer::url_for(const std::string& method, const std::string& path, Time begin, int life_s) const {
  const std::string times = fmt::format("X-Amz-Date={:%Y%m%dT%H%M%SZ}&X-Amz-Expires={}",
                                        fmt::gmtime(std::chrono::system_clock::to_time_t(begin)), life_s);
  return fmt::format("{}{}?{}&X-Amz-Signature={}", url(), path, times, signature_of(method, path, times));
}

std::optional<std::string> PresignedServer::refusal(const SeenRequest& request, const std::string& path) const {
  const std::string query = request.target.substr(std::min(path.size() + 1, request.target.size()));
  const auto split = query.find("&X-Amz-Signature=");
  const std::string times = query.substr(0, split);
  const std::string given = split == std::string::npos ? "" : query.substr(query.find('=', split) + 1);
  if (given != signature_of(request.method, path, times)) return xml_error("SignatureDoesNotMatch", "Another method");
  const auto end = http::url_expiry(url() + request.target);
  if (!end || *end <= std::chrono::system_clock::now()) return xml_error("AccessDenied", "Request has expired");
  return std::nullopt;
}

PresignedHost::PresignedHost(const PresignedServer& server, std::string memory)
    : url_(server.url()),
      token_(server.token()),
      memory_(hosts::UploadMemory::open({.file = std::move(memory),
                                         .secret = token_,
                                         .host = "presigned " + url_,
                                         .assumed_life = std::chrono::hours(24),
                                         .margin = std::chrono::hours(1)},
                                        system_clock())) {}

HostedClip PresignedHost::upload(const ClipFile& clip, const RunContext& context) {
  return hosts::upload_carefully(clip, *this, {.transport = transport_, .retry = retry(), .memory = memory_.get()},
                                 context);
}

std::string PresignedHost::send(const hosts::LocalFile& file, const RunContext& context) {
  for (int urls = 1;; ++urls) {
    const Signed place = sign(file, context);
    const http::Response response = put(place.put_url, file, context);
    if (response.ok()) return place.get_url;
    const auto end = http::url_expiry(place.put_url);
    const bool has_ended = response.status == 403 && end && *end <= system_clock().wall();
    if (has_ended && urls < kUrls) continue;
    throw Error(ErrorCode::refused, redact_url(place.put_url), "the storage host refused the clip",
                {.detail = fmt::format("HTTP {} {}", response.status, http::storage_fault_text(response.body))});
  }
}

std::optional<http::Request> PresignedHost::reading(const std::string& url) const {
  if (!url.starts_with(url_ + "/clips/")) return std::nullopt;
  http::Request request;
  request.url = url;
  request.stall_timeout = kSilence;
  return request;
}

PresignedHost::Signed PresignedHost::sign(const hosts::LocalFile& file, const RunContext& context) {
  http::Request request;
  request.method = http::Method::post;
  request.url = url_ + "/sign";
  request.headers.add("Authorization", "Bearer " + token_.expose());
  request.body = http::TextBody{Json{{"name", hosts::hosted_name(file)}}.dump()};
  const http::Outcome outcome = http::perform_with_retry(transport_, request, retry(), context);
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome))
    throw http::fetch_error(*failure, request.url, request.stall_timeout);
  const auto& response = std::get<http::Response>(outcome);
  const auto body = read_json(response.body);
  if (!response.ok() || !body)
    throw http::status_error(response.status, response.body, request.url, request.url, system_clock().wall());
  return {body->at("put_url").get<std::string>(), body->at("get_url").get<std::string>()};
}

http::Response PresignedHost::put(const std::string& url, const hosts::LocalFile& file, const RunContext& context) {
  http::Request request;
  request.method = http::Method::put;
  request.url = url;
  request.headers.add("Content-Type", file.content_type);
  request.stall_timeout = kSilence;
  const auto digest = std::make_shared<http::BodyDigest>();
  request.body = http::FileBody{file.path, /*offset=*/0, file.bytes, digest};
  request.on_sent = [&](std::int64_t done, std::optional<std::int64_t>) {
    context.observer->on_progress({Stage::upload, done, file.bytes, "bytes"});
  };
  http::Outcome outcome = http::perform_with_retry(transport_, request, retry(), context);
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome))
    throw http::fetch_error(*failure, redact_url(url), request.stall_timeout);
  auto& response = std::get<http::Response>(outcome);
  if (response.ok()) hosts::require_as_planned(digest->hex(), file.sha256, file.path);
  return std::move(response);
}

}  // namespace react1::test
