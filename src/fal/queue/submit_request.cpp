// SPDX-License-Identifier: Apache-2.0
// The paid call. It is designed to reach the service at most once.
#include <fmt/format.h>

#include <react1/error.hpp>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/request_id.hpp"
#include "fal/protocol/wire.hpp"
#include "fal/queue/queue.hpp"
#include "fal/queue/submit_rule.hpp"

namespace react1::fal {
namespace {

/// The URL to which the end of this request is reported.
std::string webhook_of(const FalOptions& options, const std::string& token) {
  return token.empty() ? options.webhook_url : http::with_segment(options.webhook_url, token);
}

/// Some answers name the request in a header although the body is lost.
std::string named_in_header(const http::Outcome& outcome) {
  const auto& headers = std::holds_alternative<http::Response>(outcome)
                            ? std::get<http::Response>(outcome).headers
                            : std::get<http::TransportFailure>(outcome).headers;
  return headers.find("x-fal-request-id").value_or("");
}

std::string cause(const http::Outcome& outcome, const Secret& key) {
  if (const auto* failed = std::get_if<http::TransportFailure>(&outcome)) {
    const std::string words(to_string(failed->kind));
    return failed->detail.empty() ? words : words + ": " + failed->detail;
  }
  const auto& response = std::get<http::Response>(outcome);
  const std::string text = read_fault(response, key).text;
  if (response.ok()) return fmt::format("HTTP {} without a request id", response.status);
  return text.empty() ? fmt::format("HTTP {}", response.status) : fmt::format("HTTP {}: {}", response.status, text);
}

Error outcome_unknown(const http::Outcome& outcome, const Subject& subject, const Secret& key) {
  const std::string named = named_in_header(outcome);
  const std::string look = !is_request_id(named)
                               ? std::string("look at fal.ai/dashboard/requests for a request of this minute")
                               : fmt::format("the answer named request {}: try `react1 status {}`", named, named);
  return Error(ErrorCode::outcome_unknown, subject.where,
               "the paid request was sent, but whether it was accepted is not known",
               {.detail = cause(outcome, key),
                .hint = look + "; nothing is sent again by itself, because a second request would be paid too"});
}

Error stopped(const http::Outcome& outcome, const Subject& subject) {
  const bool sent = std::get<http::TransportFailure>(outcome).request_may_have_been_received;
  return Error(ErrorCode::interrupted, subject.where,
               sent ? "stopped during the paid request; whether it was accepted is not known"
                    : "stopped before the paid request was sent",
               {.hint = sent ? "look at fal.ai/dashboard/requests before paying again" : "", .retryable = !sent});
}

RequestRef accept(const Session& session, const http::Response& response, const RunContext& context) {
  bool replaced = false;
  RequestRef request = session.endpoints().checked(*read_submitted(response.body), replaced);
  if (replaced) {
    context.observer->on_note(
        {Note::Level::warning, "foreign_url",
         "the service returned URLs on another host; they are not used, because the key would be sent there"});
  }
  request.webhook = !session.options().webhook_url.empty();
  log::info("fal", fmt::format("request {} accepted", request.request_id));
  return request;
}

}  // namespace

RequestRef submit_request(const Session& session, const Parameters& parameters, const std::string& video_url,
                          const std::string& audio_url, const RunContext& context, const SubmitWatch& watch) {
  const Secret& key = session.options().key;
  const RetryOptions& retry = session.options().retry;
  const FalOptions& options = session.options();
  const std::string url = options.webhook_url.empty() ? session.endpoints().submit()
                                                      : http::with_query(session.endpoints().submit(), "fal_webhook",
                                                                         webhook_of(options, watch.token));
  http::Request request = session.with_key(http::Method::post, url);
  request.headers.add("Content-Type", "application/json");
  if (!options.result_lifecycle.empty())
    request.headers.add("X-Fal-Object-Lifecycle-Preference", write_lifecycle(options.result_lifecycle));
  request.body = http::TextBody{write_submit(session.model(), parameters, video_url, audio_url)};
  request.at_most_once = true;
  request.on_turn = watch.about_to_leave;
  const Subject subject{redact_url(url), "submitting"};
  for (int attempt = 1;; ++attempt) {
    context.throw_if_stopped();
    const http::Outcome outcome = session.transport().perform(request, context);
    const SubmitVerdict verdict = judge_submit(outcome, key);
    switch (verdict) {
      case SubmitVerdict::accepted:
        return accept(session, std::get<http::Response>(outcome), context);
      case SubmitVerdict::unknown:
        throw outcome_unknown(outcome, subject, key);
      case SubmitVerdict::stopped:
        throw stopped(outcome, subject);
      case SubmitVerdict::refused:
        static_cast<void>(expect_ok(outcome, subject, key));
        break;
      case SubmitVerdict::not_received:
      case SubmitVerdict::refused_now:
        if (attempt >= retry.attempts) static_cast<void>(expect_ok(outcome, subject, key));
        break;
    }
    if (watch.not_accepted) watch.not_accepted();
    const auto delay = http::pause_after(attempt, outcome, retry, session.dice()(), session.clock().wall());
    log::info("fal", fmt::format("submit not accepted ({}), again in {} ms", cause(outcome, key), delay.count()));
    http::pause(session.clock(), delay, context);
  }
}

}  // namespace react1::fal
