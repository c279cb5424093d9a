// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/submit_rule.hpp"

#include "fal/protocol/errors.hpp"
#include "fal/protocol/verdict.hpp"
#include "fal/protocol/wire.hpp"
#include "http/policy/retry.hpp"

namespace react1::fal {
namespace {

SubmitVerdict judge_failure(const http::TransportFailure& failure) {
  if (failure.kind == http::TransportFailure::Kind::interrupted) return SubmitVerdict::stopped;
  if (failure.request_may_have_been_received) return SubmitVerdict::unknown;
  return http::is_retryable(failure.kind) ? SubmitVerdict::not_received : SubmitVerdict::refused;
}

SubmitVerdict judge_status(const http::Response& response, const Secret& key) {
  // Pages, redirects and foreign JSON come from an intermediary, which may have forwarded the request and lost or
  // replaced the answer.
  if (!read_fault(response, key).is_service_json) return SubmitVerdict::unknown;
  switch (response.status) {
    case 429:
    case 503:  // fal's own 503 means that no machine took the request
      return SubmitVerdict::refused_now;
    case 408:  // a timeout: while reading our bytes, or while waiting for an upstream server
    case 499:
      return SubmitVerdict::unknown;
    default:
      // 500, 502 and 504, even in the service's format: the queue may have stored the request before the component that
      // answers failed. There is no idempotency key to query.
      return response.status >= 400 && response.status < 500 ? SubmitVerdict::refused : SubmitVerdict::unknown;
  }
}

}  // namespace

SubmitVerdict judge_submit(const http::Outcome& outcome, const Secret& key) {
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome)) return judge_failure(*failure);
  const auto& response = std::get<http::Response>(outcome);
  if (!response.ok()) return judge_status(response, key);
  const auto request = read_submitted(response.body);
  return request && may_be_about(response, request->request_id) ? SubmitVerdict::accepted : SubmitVerdict::unknown;
}

}  // namespace react1::fal
