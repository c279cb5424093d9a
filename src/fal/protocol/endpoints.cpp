// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <react1/error.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "core/redact.hpp"

namespace react1::fal {
namespace {

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text != "." && text != ".." && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('/', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// "123-name" is an old spelling of "123/name".
std::vector<std::string> endpoint_parts(const std::string& endpoint) {
  auto parts = split(endpoint);
  const auto digits = endpoint.find_first_not_of("0123456789");
  if (parts.size() == 1 && digits != 0 && digits != std::string::npos && endpoint[digits] == '-')
    parts = {endpoint.substr(0, digits), endpoint.substr(digits + 1)};
  const bool in_namespace = parts.front() == "workflows" || parts.front() == "comfy";
  if (parts.size() < (in_namespace ? 3U : 2U) || !std::all_of(parts.begin(), parts.end(), is_name)) {
    throw Error(ErrorCode::usage, "endpoint " + endpoint, "is not an endpoint name",
                {.hint = "use owner/alias or owner/alias/path, such as fal-ai/sync-lipsync/react-1"});
  }
  return parts;
}

bool is_fal_run(const http::Url& url) noexcept {
  return url.scheme == "https" && url.port == 443 && (url.host == "fal.run" || url.host.ends_with(".fal.run"));
}

std::string join(const std::vector<std::string>& parts, std::size_t count) {
  return fmt::format("{}", fmt::join(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count), "/"));
}

}  // namespace

Endpoints::Base Endpoints::checked_base(std::string text, const char* name) {
  while (text.ends_with('/')) text.pop_back();
  const auto url = http::parse_url(text);
  const auto refuse = [&](const char* why, const char* hint) {
    throw Error(ErrorCode::usage, fmt::format("{} {}", name, redact_url(text)), why, {.hint = hint});
  };
  if (!url) refuse("is not an http(s) URL", "give scheme and host, such as https://queue.fal.run");
  if (!http::is_acceptable(*url))
    refuse("plain http would expose the key to the network; it is accepted for loopback hosts only", "use https");
  if (url->has_user_info || url->has_fragment || !url->query.empty())
    refuse("must not hold a user name, a query or a fragment", "give scheme, host and, for a gateway, a path");
  return {std::move(text), *url};
}

Endpoints::Base Endpoints::platform_base(const std::string& configured, bool fal_itself) {
  if (!configured.empty()) return checked_base(configured, "platform URL");
  return fal_itself ? checked_base("https://api.fal.ai/v1", "platform URL") : Base{};
}

Endpoints::Endpoints(const FalOptions& options)
    : queue_(checked_base(options.queue_url, "queue URL")),
      rest_(checked_base(options.rest_url, "rest URL")),
      fal_itself_(is_fal_run(queue_.url)),
      platform_(platform_base(options.platform_url, fal_itself_)),
      initiate_(rest_.text + "/storage/upload/initiate?storage_type=fal-cdn-v3"),
      initiate_multipart_(rest_.text + "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3") {
  const auto parts = endpoint_parts(options.endpoint);
  const bool in_namespace = parts.front() == "workflows" || parts.front() == "comfy";
  submit_ = queue_.text + "/" + join(parts, parts.size());
  requests_ = queue_.text + "/" + join(parts, in_namespace ? 3 : 2) + "/requests/";
}

std::string Endpoints::derived(const std::string& request_id, const char* suffix) const {
  return requests_ + http::escape_segment(request_id) + suffix;
}

RequestRef Endpoints::checked(RequestRef request, bool& replaced) const {
  const auto replace_foreign = [&](std::string& url, const char* suffix) {
    if (!url.empty() && may_hold_key(url)) return;
    replaced = replaced || !url.empty();
    url = derived(request.request_id, suffix);
  };
  replace_foreign(request.status_url, "/status");
  replace_foreign(request.response_url, "");
  replace_foreign(request.cancel_url, "/cancel");
  return request;
}

bool Endpoints::may_hold_key(const std::string& text) const {
  const auto url = http::parse_url(text);
  if (!url || url->has_user_info || !http::is_acceptable(*url)) return false;
  return http::same_origin(*url, queue_.url) || http::same_origin(*url, rest_.url) || (fal_itself_ && is_fal_run(*url));
}

bool Endpoints::is_platform(const std::string& text) const {
  if (platform_.text.empty()) return false;
  const auto url = http::parse_url(text);
  return url && !url->has_user_info && http::is_acceptable(*url) && http::same_origin(*url, platform_.url);
}

bool Endpoints::may_transfer(const std::string& text) const {
  const auto url = http::parse_url(text);
  if (!url || url->has_user_info) return false;
  const auto place = http::is_loopback(*url) ? http::Place::this_machine : http::place_of(url->host);
  if (place && !http::may_reach(reach(), *place)) return false;
  return url->scheme == "https" || http::is_loopback(*url);
}

http::Reach Endpoints::reach() const {
  if (http::is_loopback(queue_.url) || http::is_loopback(rest_.url)) return http::Reach::anywhere;
  const bool on_internet = fal_itself_ || http::place_of(queue_.url.host) == http::Place::internet;
  return on_internet ? http::Reach::internet : http::Reach::other_machines;
}

}  // namespace react1::fal
