// SPDX-License-Identifier: Apache-2.0
#include "sandbox/service/fetch.hpp"

#include <chrono>
#include <variant>

#include <react1/error.hpp>

#include "http/engine/curl_transport.hpp"

namespace react1::sandbox {
namespace {

Fetched download(const std::string& url, const std::filesystem::path& target, const RunContext& context) {
  http::CurlTransport transport("react1-sandbox");
  http::Request request;
  request.url = url;
  request.sink = http::FileSink{.path = target.string(), .max_bytes = max_fetch};
  request.connect_timeout = std::chrono::seconds(5);
  request.stall_timeout = std::chrono::seconds(20);
  request.follow_redirects = false;  // a redirect could lead off this machine
  const http::Outcome outcome = transport.perform(request, context);
  context.throw_if_stopped();
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome)) {
    const bool too_large = failure->kind == http::TransportFailure::Kind::too_large;
    return {{}, too_large ? FetchFailure::too_large : FetchFailure::unreachable};
  }
  if (std::get<http::Response>(outcome).status != 200) return {{}, FetchFailure::unreachable};
  return {target, std::nullopt};
}

}  // namespace

Fetched fetch(const std::string& url, const Storage& storage, const Reach& reach, const std::filesystem::path& target,
              const RunContext& context) {
  if (const auto own = storage.local_file(url)) return {*own, std::nullopt};
  // A request to ourselves for a missing file can only fail.
  if (storage.is_own(url) || !reach.allows(url)) return {{}, FetchFailure::unreachable};
  return download(url, target, context);
}

}  // namespace react1::sandbox
