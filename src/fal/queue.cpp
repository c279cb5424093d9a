#include "fal/queue.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>

#include "core/redact.hpp"
#include "fal/scrub.hpp"
#include "fal/wire.hpp"

namespace react1::fal {
namespace {

/// "Request is still in progress": a 400 that names the request's own URLs, or a status answer in place of a result.
bool is_not_ready(const http::Response& response) {
  if (response.status != 400 && response.status != 202) return false;
  const auto body = read_object(response.body);
  if (!body || body->contains("video")) return false;
  const std::string word = text_of(*body, "status");
  if (word == "IN_QUEUE" || word == "IN_PROGRESS") return true;
  return response.status == 400 && !text_of(*body, "detail").empty() &&
         (!text_of(*body, "status_url").empty() || !text_of(*body, "response_url").empty() ||
          http::to_lower(text_of(*body, "detail")).find("in progress") != std::string::npos);
}

/// A failed job's result replays the job's own error, 5xx included; the service's own words tell that from an outage.
bool is_verdict_on_job(const http::Response& response, const Fault& fault) {
  return response.status >= 500 && (fault.has_problem_list || !fault.error_type.empty());
}

[[noreturn]] void throw_job_failed(const http::Response& response, const Subject& subject, const Secret& key) {
  const Error error = refusal(response, subject, key);
  throw Error(ErrorCode::refused, error.where(), "the job failed at the service",
              {.detail = error.detail(),
               .hint = error.hint(),
               .retryable = false,
               .request_id = error.request_id(),
               .problems = error.problems()});
}

}  // namespace

RequestRef checked_request(const Session& session, const RequestRef& request, Observer& observer) {
  if (request.request_id.empty()) throw Error(ErrorCode::usage, "request id", "is empty");
  bool replaced = false;
  RequestRef result = session.endpoints().checked(request, replaced);
  if (replaced) {
    observer.on_note(
        {Note::Level::warning, "foreign_url",
         fmt::format("the stored URLs of request {} lead to another host; they are not used", request.request_id)});
  }
  return result;
}

QueueStatus read_status_answer(const http::Outcome& outcome, const Subject& subject, const Secret& key) {
  const http::Response response = expect_ok(outcome, subject, key);
  auto status = read_status(without_key(response.body, key));  // 200 or 202, the JSON decides
  if (!status) throw unusable(response, subject, "a status", key);
  return std::move(*status);
}

CancelOutcome read_cancelled(const http::Outcome& outcome, const Subject& subject, const Secret& key) {
  if (const auto* response = std::get_if<http::Response>(&outcome)) {
    const auto body = read_object(response->body);
    const std::string word = body ? text_of(*body, "status") : std::string{};
    if (response->status == 400 && word == "ALREADY_COMPLETED") return CancelOutcome::already_completed;
    if (response->status == 404 && (word == "NOT_FOUND" || word.empty())) return CancelOutcome::not_found;
  }
  static_cast<void>(expect_ok(outcome, subject, key));
  return CancelOutcome::requested;
}

QueueStatus request_status(const Session& session, const RequestRef& request, const RunContext& context) {
  const std::string url =
      http::with_query(checked_request(session, request, *context.observer).status_url, "logs", "1");
  const Subject subject{redact_url(url), "asking for the status", request.request_id};
  return read_status_answer(
      http::perform_with_retry(session.transport(), session.with_key(http::Method::get, url), session.retry(), context,
                               [](const http::Response& answer) { return read_status(answer.body).has_value(); }),
      subject, session.options().key);
}

ResultVideo request_result(const Session& session, const RequestRef& request, const RunContext& context) {
  const Secret& key = session.options().key;
  const std::string url = checked_request(session, request, *context.observer).response_url;
  const Subject subject{redact_url(url), "asking for the result", request.request_id};
  for (int attempt = 1;; ++attempt) {
    http::Outcome outcome = http::perform_with_retry(
        session.transport(), session.with_key(http::Method::get, url), session.retry(), context,
        [](const http::Response& answer) { return read_object(answer.body).has_value(); });
    if (const auto* response = std::get_if<http::Response>(&outcome)) {
      if (is_not_ready(*response)) {
        if (attempt >= session.options().retry.attempts) {
          throw Error(ErrorCode::network, subject.where, "the result is not ready yet",
                      {.hint = "wait for the request first", .retryable = true, .request_id = request.request_id});
        }
        http::pause(session.clock(), session.options().poll_interval, context);
        continue;
      }
      if (is_verdict_on_job(*response, read_fault(*response, key))) throw_job_failed(*response, subject, key);
    }
    const http::Response response = expect_ok(std::move(outcome), subject, key);
    auto result = read_result(response.body);
    if (!result) throw unusable(response, subject, "a result with a video URL", key);
    if (!session.endpoints().may_transfer(result->url)) {
      throw Error(ErrorCode::network, scrub(result->url, key), "the result's URL is not one that may be fetched",
                  {.hint = "only https is accepted, and plain http on this machine for a service on this machine",
                   .request_id = request.request_id});
    }
    // It goes into records and job stores. The URL is left as it is: changed, it would lead nowhere.
    result->raw_json = without_key(std::move(result->raw_json), key);
    return std::move(*result);
  }
}

CancelOutcome cancel_request(const Session& session, const RequestRef& request, const RunContext& context) {
  const std::string url = checked_request(session, request, *context.observer).cancel_url;
  const Subject subject{redact_url(url), "cancelling", request.request_id};
  http::Request call = session.with_key(http::Method::put, url);
  call.body = http::TextBody{};
  return read_cancelled(http::perform_with_retry(session.transport(), call, session.retry(), context), subject,
                        session.options().key);
}

}  // namespace react1::fal
