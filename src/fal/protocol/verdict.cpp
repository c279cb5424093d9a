// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fal/protocol/scrub.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

constexpr std::string_view kRequestIdHeader = "x-fal-request-id";
constexpr std::string_view kCancelled = "client_cancelled";

bool names_this_request(const http::Response& response, const std::string& request_id) {
  return response.headers.find(kRequestIdHeader) == request_id;
}

bool header_may_be_about(const http::Response& response, const std::string& request_id) {
  return !response.headers.has(kRequestIdHeader) || names_this_request(response, request_id);
}

bool body_may_be_about(const Json& body, const std::string& request_id) {
  const std::string named = text_of(body, "request_id");
  return named.empty() || named == request_id;
}

/// Status words that do not mean that the request itself has failed.
bool is_passing(const http::Response& response, const Fault& fault) {
  return response.status == 408 || response.status == 429 || fault.error_type == "concurrent_requests_limit";
}

Error unknown_request(const http::Response& response, const Subject& subject, const Fault& fault) {
  return {ErrorCode::network,
          subject.where,
          fmt::format("{}: the service does not know this request under this key", subject.action),
          {.detail = describe(response, fault),
           .hint = "check the request id, and that the key belongs to the account that submitted it",
           .request_id = subject.request_id}};
}

}  // namespace

bool may_be_about(const http::Response& response, const std::string& request_id) {
  const auto body = read_object(response.body);
  return header_may_be_about(response, request_id) && (!body || body_may_be_about(*body, request_id));
}

std::optional<QueueStatus> status_in(std::string_view body, const std::string& request_id, const Secret& key) {
  const auto object = read_object(without_key(std::string(body), key));
  if (!object || !body_may_be_about(*object, request_id)) return std::nullopt;
  QueueStatus status = status_of(*object);
  return status.word.empty() ? std::nullopt : std::optional(std::move(status));
}

std::optional<QueueStatus> status_in(const http::Response& response, const std::string& request_id, const Secret& key) {
  if (!response.ok() || !header_may_be_about(response, request_id)) return std::nullopt;
  return status_in(response.body, request_id, key);
}

bool has_failed(const QueueStatus& status) {
  return status.state == QueueStatus::State::completed && !(status.error.empty() && status.error_type.empty());
}

std::optional<Error> failure_in(const http::Response& response, const Subject& subject, const Secret& key) {
  if (response.ok() || response.status < 400 || !may_be_about(response, subject.request_id)) return std::nullopt;
  const Fault fault = read_fault(response, key);
  if (!fault.is_service_json || is_passing(response, fault)) return std::nullopt;
  const bool is_replayed_text = response.status == 422 && names_this_request(response, subject.request_id);
  if (!fault.has_problem_list && fault.error_type.empty() && !is_replayed_text) return std::nullopt;
  const Error error = refusal(response, subject, key);
  return Error(ErrorCode::refused, error.where(), "the job failed at the service",
               {.detail = error.detail(),
                .hint = error.hint(),
                .retryable = false,
                .request_id = error.request_id(),
                .problems = error.problems()});
}

bool is_denial(const http::Response& response, const Secret& key) {
  const bool denies = response.status == 401 || response.status == 402 || response.status == 403;
  return denies && read_fault(response, key).is_service_json;
}

Error undecided(const http::Response& response, const Subject& subject, const Secret& key) {
  if (is_denial(response, key)) return refusal(response, subject, key);
  const Fault fault = read_fault(response, key);
  const bool is_own_404 = response.status == 404 && (fault.is_service_json || fault.status_word == "NOT_FOUND");
  if (is_own_404) return unknown_request(response, subject, fault);
  if (is_passing_trouble(response.status)) return refusal(response, subject, key);
  return {ErrorCode::network,
          subject.where,
          fmt::format("{}: the answer says nothing about the request", subject.action),
          {.detail = describe(response, fault),
           .hint = "a proxy, a login page or a gateway may have answered in the service's place; the request is not "
                   "affected",
           .retryable = true,
           .request_id = subject.request_id}};
}

bool is_cancellation(const Error& error) {
  return std::any_of(error.problems().begin(), error.problems().end(),
                     [](const ServiceProblem& problem) { return problem.type == kCancelled; });
}

bool is_cancellation(const QueueStatus& status) {
  return has_failed(status) && status.error_type == kCancelled;
}

}  // namespace react1::fal
