#include "http/curl_transport.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <utility>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "http/curl_exchange.hpp"
#include "http/url.hpp"

namespace react1::http {
namespace {

constexpr int kMaxRedirects = 10;

TransportFailure not_performed(std::string detail) {
  TransportFailure failure;
  failure.kind = TransportFailure::Kind::protocol;
  failure.request_may_have_been_received = false;
  failure.detail = std::move(detail);
  return failure;
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void check(const Request& request) {
  if (!request.follow_redirects) return;
  if (request.method != Method::get || request.headers.has("Authorization"))
    throw Error(ErrorCode::internal, redact_url(request.url), "only a GET without a key may follow redirects");
}

void log_exchange(Method method, const std::string& url, const Outcome& outcome,
                  std::chrono::steady_clock::time_point begun) {
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  if (const auto* response = std::get_if<Response>(&outcome)) {
    log::debug("http", fmt::format("{} {} {} {} bytes {} ms", to_string(method), redact_url(url), response->status,
                                   response->bytes, took));
  } else {
    const auto& failure = std::get<TransportFailure>(outcome);
    log::debug("http", fmt::format("{} {} failed after {} ms: {} ({})", to_string(method), redact_url(url), took,
                                   to_string(failure.kind), failure.detail));
  }
}

/// Where a redirect leads, or why it is not followed.
std::variant<std::string, TransportFailure> next_stop(const std::string& url, const Response& response) {
  const auto location = response.headers.find("Location");
  if (!location) return not_performed("the redirect says not where to");
  const auto target = resolve_reference(url, *location);
  const auto from = parse_url(url);
  const auto to = target ? parse_url(*target) : std::nullopt;
  if (!from || !to) return not_performed("the redirect leads to something that is no http(s) URL");
  if (!is_acceptable(*to) || (from->scheme == "https" && to->scheme != "https"))
    return not_performed("the redirect leads to plain http: " + redact_url(*target));
  if (is_loopback(*to) && !is_loopback(*from))
    return not_performed("the redirect leads into this machine: " + redact_url(*target));
  return *target;
}

}  // namespace

CurlTransport::CurlTransport(std::string user_agent) : user_agent_(std::move(user_agent)) {}

Outcome CurlTransport::perform_one(const Request& request, const std::string& url, const RunContext& context) {
  const auto parsed = parse_url(url);
  if (!parsed) return not_performed("not an http(s) URL: " + redact_url(url));
  if (!is_acceptable(*parsed)) return not_performed("plain http is spoken to loopback hosts only: " + redact_url(url));
  const auto begun = std::chrono::steady_clock::now();
  const CurlPool::Lease lease(pool_);
  CurlExchange exchange(lease.multi(), lease.easy(), request, url, is_loopback(*parsed), user_agent_);
  Outcome outcome = exchange.run(context.stop);
  log_exchange(request.method, url, outcome, begun);
  return outcome;
}

Outcome CurlTransport::perform(const Request& request, const RunContext& context) {
  check(request);
  std::string url = request.url;
  for (int hop = 0;; ++hop) {
    Outcome outcome = perform_one(request, url, context);
    auto* response = std::get_if<Response>(&outcome);
    if (response == nullptr) return outcome;
    response->effective_url = url;
    if (!request.follow_redirects || !is_redirect(response->status)) return outcome;
    if (hop == kMaxRedirects) return not_performed("more than ten redirects");
    auto next = next_stop(url, *response);
    if (auto* failure = std::get_if<TransportFailure>(&next)) return std::move(*failure);
    url = std::get<std::string>(std::move(next));
  }
}

}  // namespace react1::http
