// SPDX-License-Identifier: Apache-2.0
#include "http/policy/fetch_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/clock.hpp"
#include "core/redact.hpp"
#include "http/message/headers.hpp"
#include "http/policy/retry.hpp"
#include "http/policy/storage_fault.hpp"
#include "http/policy/url_expiry.hpp"

namespace react1::http {
namespace {

struct Advice {
  ErrorCode code = ErrorCode::network;
  const char* hint = "check host and network, then try again";
};

Advice advice_for(TransportFailure::Kind kind) {
  using Kind = TransportFailure::Kind;
  switch (kind) {
    case Kind::local_read:
    case Kind::local_write:
      return {ErrorCode::io, "check that the temporary folder (TMPDIR) can be written to and has room"};
    case Kind::local_resource:
      return {ErrorCode::io, "allow more open files or memory (ulimit -n, ulimit -v), or run fewer jobs at a time"};
    case Kind::interrupted:
      return {ErrorCode::interrupted, ""};
    case Kind::resolve:
      return {ErrorCode::network, "check the host name and the machine's DNS"};
    case Kind::certificate:
      return {ErrorCode::network,
              "check the machine's clock and its CA certificates; a proxy that intercepts TLS must be trusted first"};
    case Kind::proxy:
      return {ErrorCode::network,
              "check that the proxy (HTTPS_PROXY, HTTP_PROXY) may reach this host, or name the host in NO_PROXY"};
    case Kind::proxy_refused:
      return {ErrorCode::network,
              "check the proxy (HTTPS_PROXY, HTTP_PROXY), its user name and password, and what it allows"};
    case Kind::stalled:
      return {ErrorCode::network, "try again, or allow a longer stall time"};
    case Kind::protocol:
      return {ErrorCode::network,
              "check the URL; a redirect may lead to http(s) only, never from https to http or into a private network"};
    default:
      return {};
  }
}

const char* hint_for(int status, bool is_signed) {
  if (status == 401) return "give a URL that needs no login, or a signed one";
  if (status == 403 || status == 410)
    return is_signed ? "a signed URL may have expired: get a new one" : "the server denies access; check the URL";
  if (status == 407 || status == 511) return "a proxy or a network portal wants a login first";
  return is_retryable_status(status) ? "try again later" : "check the URL";
}

std::string_view beginning_of_text(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  return trim(body.substr(0, 512));
}

}  // namespace

Error fetch_error(const TransportFailure& failure, const std::string& where, std::chrono::milliseconds stall_timeout) {
  const Advice advice = advice_for(failure.kind);
  std::string message(to_string(failure.kind));
  std::string detail = failure.detail;
  if (failure.kind == TransportFailure::Kind::stalled) {
    message = fmt::format("no data for {:g} s", std::chrono::duration<double>(stall_timeout).count());
    detail.clear();
  }
  const bool by_proxy =
      failure.kind == TransportFailure::Kind::proxy || failure.kind == TransportFailure::Kind::proxy_refused;
  if (by_proxy && failure.proxy_status)
    detail += fmt::format("{}the proxy answered HTTP {}", detail.empty() ? "" : "; ", *failure.proxy_status);
  const bool retryable = is_retryable(failure.kind);
  return {advice.code, where, std::move(message),
          Error::Extra{.detail = std::move(detail), .hint = advice.hint, .retryable = retryable}};
}

Error status_error(int status, std::string_view body, const std::string& where, const std::string& url,
                   std::chrono::system_clock::time_point now) {
  const auto end = url_expiry(url);
  const bool over = end && *end <= now && status >= 400 && status < 500;
  return {ErrorCode::network, where,
          over ? fmt::format("the URL ended at {} (HTTP {})", iso8601(*end), status)
               : fmt::format("the server answered HTTP {}", status),
          Error::Extra{.detail = storage_fault_text(body),
                       .hint = over ? "get a new signed URL" : hint_for(status, url.find('?') != std::string::npos),
                       .retryable = is_retryable_status(status)}};
}

std::string page_type(const Headers& headers, std::string_view beginning) {
  const std::string type = media_type(headers.find("Content-Type").value_or(""));
  const std::string_view text = beginning_of_text(beginning);
  const std::string lower = to_lower(text.substr(0, 16));
  if (lower.starts_with("<!doctype html") || lower.starts_with("<html")) return "text/html";
  const bool is_text_type = type == "text/html" || type == "application/xhtml+xml" || type == "application/json" ||
                            type == "application/xml" || type == "text/xml";
  const bool looks_like_it = text.starts_with('<') || text.starts_with('{') || text.starts_with('[');
  return is_text_type && looks_like_it ? type : std::string{};
}

Error page_error(const std::string& type, const std::string& where) {
  const bool page = type == "text/html" || type == "application/xhtml+xml";
  return {ErrorCode::media, where,
          page ? "leads to a web page, not to a media file"
               : fmt::format("leads to a text ({}), not to a media file", type),
          Error::Extra{.hint = "give the URL of the file itself; the page may also be a login or a network's portal"}};
}

Error packing_error(const std::string& packing, const std::string& where) {
  return {ErrorCode::network, where,
          fmt::format("the server sends the file compressed ({}), although it was requested uncompressed", packing),
          Error::Extra{.hint = "store it without a Content-Encoding, or download it and name the file"}};
}

Error empty_error(const std::string& where) {
  return {ErrorCode::media, where, "the file is empty",
          Error::Extra{.hint = "it may still be being written, or its upload failed"}};
}

Error url_error(const std::string& url) {
  const bool has_blank = std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
  return {ErrorCode::usage, redact_url(url), "is not an http(s) URL",
          Error::Extra{.detail = has_blank ? "it has a blank or a control character" : "",
                       .hint = has_blank ? "percent-encode what a URL cannot contain (a blank is %20)"
                                         : "give scheme, host and path, such as https://example.com/talk.mp4"}};
}

Error changed_error(const std::string& what, const std::string& where) {
  return {ErrorCode::network, where, "the file on the server changed while it was read",
          Error::Extra{.detail = what, .hint = "run the command again once it is complete", .retryable = true}};
}

}  // namespace react1::http
