// SPDX-License-Identifier: Apache-2.0
#include "http/policy/redirects.hpp"

#include <react1/error.hpp>
#include <string_view>
#include <utility>

#include "core/redact.hpp"
#include "http/message/url.hpp"

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

bool has_line_break(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

void check_request(const Request& request) {
  const auto require = [&request](bool fine, const char* problem) {
    if (!fine) throw Error(ErrorCode::internal, redact_url(request.url), problem);
  };
  require(!request.follow_redirects || (request.method != Method::post && !request.headers.has("Authorization")),
          "only a GET or PUT without a key may follow redirects");
  for (const Header& field : request.headers.fields()) {
    require(!has_line_break(field.name) && !has_line_break(field.value), "a header field may not hold a line break");
  }
  require(request.method == Method::get || !std::holds_alternative<NoBody>(request.body),
          "a request that is no GET needs a body, if an empty one");
  const auto* stream = std::get_if<StreamSink>(&request.sink);
  require(stream == nullptr || stream->on_piece != nullptr, "a stream needs a receiver");
}

std::optional<TransportFailure> objection_to(const Request& request, const std::string& url, Reach reach) {
  const auto parsed = parse_url(url);
  if (!parsed) return not_performed("not an http(s) URL: " + redact_url(url));
  if (!request.plain_http && !is_acceptable(*parsed))
    return not_performed("plain http is allowed for loopback hosts only: " + redact_url(url));
  // Names are checked by their resolved address; this check also works behind a proxy, where names are not resolved
  // here.
  const auto place = is_loopback(*parsed) ? Place::this_machine : place_of(parsed->host);
  if (place && !may_reach(reach, *place))
    return not_performed("it leads into a private network or this machine, where it may not: " + redact_url(url));
  return std::nullopt;
}

Reach reach_from(const std::string& url, std::optional<Place> peer) {
  const auto parsed = parse_url(url);
  if (!peer && parsed) peer = is_loopback(*parsed) ? Place::this_machine : place_of(parsed->host);
  // Behind a proxy a name can't be checked: it counts as one of the internet.
  switch (peer.value_or(Place::internet)) {
    case Place::this_machine:
      return Reach::anywhere;
    case Place::private_network:
      return Reach::other_machines;
    case Place::internet:
      break;
  }
  return Reach::internet;
}

bool wants_redirect(const Request& request, const Response& response) noexcept {
  const int status = response.status;
  if (!request.follow_redirects) return false;
  if (status == 307 || status == 308) return true;
  // These turn a PUT into a GET, which stores nothing.
  return request.method == Method::get && (status == 301 || status == 302 || status == 303);
}

std::variant<std::string, TransportFailure> next_stop(const Request& request, const std::string& url,
                                                      const Response& response, int followed) {
  if (followed >= kMaxRedirects) return not_performed("more than ten redirects");
  const auto location = response.headers.find("Location");
  if (!location) return not_performed("the redirect has no target");
  const auto target = resolve_reference(url, *location);
  const auto from = parse_url(url);
  const auto to = target ? parse_url(*target) : std::nullopt;
  if (!from || !to) return not_performed("the redirect does not lead to an http(s) URL");
  if ((!request.plain_http && !is_acceptable(*to)) || (from->scheme == "https" && to->scheme != "https"))
    return not_performed("the redirect leads to plain http: " + redact_url(*target));
  return *target;
}

}  // namespace react1::http
