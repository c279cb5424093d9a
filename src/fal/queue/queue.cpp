// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/queue.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>

#include "core/redact.hpp"
#include "core/request_id.hpp"
#include "fal/protocol/scrub.hpp"
#include "fal/protocol/verdict.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

/// "Request is still in progress": a 400 that names the request's own URLs, or a status answer in place of a result.
bool is_not_ready(const Model& model, const http::Response& response) {
  if (response.status != 400 && response.status != 202) return false;
  const auto body = read_object(response.body);
  if (!body || model.video_in(*body) != nullptr) return false;
  const std::string word = text_of(*body, "status");
  if (word == "IN_QUEUE" || word == "IN_PROGRESS") return true;
  return response.status == 400 && !text_of(*body, "detail").empty() &&
         (!text_of(*body, "status_url").empty() || !text_of(*body, "response_url").empty() ||
          http::to_lower(text_of(*body, "detail")).find("in progress") != std::string::npos);
}

/// The result in a 2xx answer. When it can't be used, the Error carries the answer, because it was paid for.
ResultVideo usable_result(const Session& session, const http::Response& response, const Subject& subject) {
  const Secret& key = session.options().key;
  auto result = read_result(session.model(), response.body);
  if (!result || !may_be_about(response, subject.request_id)) {
    const Error error = unusable(response, subject, "a result of this request with a video URL", key);
    throw may_be_about(response, subject.request_id) && read_object(response.body)
        ? error.with_answer(without_key(response.body, key))
        : error;
  }
  if (!session.endpoints().may_transfer(result->url)) {
    throw Error(ErrorCode::network, scrub(result->url, key), "the result's URL is not one that may be fetched",
                {.hint = "only https is accepted, and plain http on this machine for a service on this machine",
                 .request_id = subject.request_id,
                 .answer = without_key(response.body, key)});
  }
  // Stored in records and job stores. The URL is kept unchanged; a scrubbed one would not work.
  result->raw_json = without_key(std::move(result->raw_json), key);
  return std::move(*result);
}

}  // namespace

RequestRef checked_request(const Session& session, const RequestRef& request, Observer& observer) {
  if (request.request_id.empty()) throw Error(ErrorCode::usage, "request id", "is empty");
  if (!is_request_id(request.request_id)) {
    throw Error(ErrorCode::usage, request.request_id, "is not a request id of the service",
                {.hint = "it consists of letters, digits, '.', '_' and '-' only; see `react1 jobs list`"});
  }
  bool replaced = false;
  RequestRef result = session.endpoints().checked(request, replaced);
  if (replaced) {
    observer.on_note(
        {Note::Level::warning, "foreign_url",
         fmt::format("the stored URLs of request {} point to another host; they are not used", request.request_id)});
  }
  return result;
}

bool is_final_status(const http::Response& response, const std::string& request_id, const Secret& key) {
  return status_in(response, request_id, key).has_value() || is_denial(response, key);
}

QueueStatus read_status_answer(const http::Outcome& outcome, const Subject& subject, const Secret& key) {
  const http::Response response = answer_of(outcome, subject);
  if (auto status = status_in(response, subject.request_id, key)) return std::move(*status);
  if (response.ok()) throw unusable(response, subject, "a status of this request", key);
  throw undecided(response, subject, key);
}

CancelOutcome read_cancelled(const http::Outcome& outcome, const Subject& subject, const Secret& key) {
  const http::Response response = answer_of(outcome, subject);
  const auto body = read_object(response.body);
  const std::string word = body ? text_of(*body, "status") : std::string{};
  if (response.status == 400 && word == "ALREADY_COMPLETED") return CancelOutcome::already_completed;
  if (response.status == 404 && word == "NOT_FOUND") return CancelOutcome::not_found;
  if (!response.ok()) throw undecided(response, subject, key);
  const auto success = body ? body->find("success") : Json::const_iterator{};
  if (!body || (success != body->end() && *success == false))
    throw unusable(response, subject, "a confirmation of the cancellation", key);
  return CancelOutcome::requested;
}

QueueStatus request_status(const Session& session, const RequestRef& request, const RunContext& context) {
  const Secret& key = session.options().key;
  const std::string url =
      http::with_query(checked_request(session, request, *context.observer).status_url, "logs", "1");
  const Subject subject{redact_url(url), "asking for the status", request.request_id};
  return read_status_answer(
      http::perform_with_retry(
          session.transport(), session.with_key(http::Method::get, url), session.retry(), context,
          [&](const http::Response& answer) { return is_final_status(answer, request.request_id, key); }),
      subject, key);
}

ResultVideo request_result(const Session& session, const RequestRef& request, const RunContext& context) {
  const Secret& key = session.options().key;
  const std::string url = checked_request(session, request, *context.observer).response_url;
  const Subject subject{redact_url(url), "asking for the result", request.request_id};
  const auto is_final = [&](const http::Response& answer) {
    if (is_not_ready(session.model(), answer) || is_denial(answer, key) || failure_in(answer, subject, key))
      return true;
    return answer.ok() && read_result(session.model(), answer.body).has_value() &&
           may_be_about(answer, request.request_id);
  };
  for (int attempt = 1;; ++attempt) {
    const http::Response response =
        answer_of(http::perform_with_retry(session.transport(), session.with_key(http::Method::get, url),
                                           session.retry(), context, is_final),
                  subject);
    if (is_not_ready(session.model(), response)) {
      if (attempt >= session.options().retry.attempts) {
        throw Error(ErrorCode::network, subject.where, "the result is not ready yet",
                    {.hint = "wait for the request first", .retryable = true, .request_id = request.request_id});
      }
      http::pause(session.clock(), session.options().poll_interval, context);
      continue;
    }
    if (const auto failed = failure_in(response, subject, key)) throw Error(*failed);
    if (!response.ok()) throw undecided(response, subject, key);
    return usable_result(session, response, subject);
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
