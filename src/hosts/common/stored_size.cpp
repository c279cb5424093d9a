// SPDX-License-Identifier: Apache-2.0
#include "hosts/common/stored_size.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <react1/error.hpp>

#include "core/redact.hpp"
#include "http/message/content_range.hpp"

namespace react1::hosts {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::int64_t kUnaskedBytes = 64 << 10;  // of a host that sends the whole file in place of a byte

StoredSize size_in(int status, const http::Headers& headers) {
  // A proxy that answers the upload with 204 in the host's place answers this question with 204 as well.
  if (status == 204 || status == 404 || status == 410) return {StoredSize::Kind::absent};
  if (status == 401 || status == 403) return {StoredSize::Kind::hidden};
  std::optional<std::int64_t> bytes;
  if (status == 206 || status == 416) bytes = http::total_of(headers.find("Content-Range").value_or(""));
  if (status == 200 && http::packing_of(headers).empty())
    bytes = http::parse_length(headers.find("Content-Length").value_or(""));
  return bytes ? StoredSize{StoredSize::Kind::known, *bytes} : StoredSize{};
}

}  // namespace

StoredSize stored_size(http::Transport& transport, http::Request request, const RunContext& context) {
  request.headers.add("Range", "bytes=0-0");
  request.sink = http::TextSink{kUnaskedBytes};
  request.follow_redirects = true;
  request.connect_timeout = std::min(request.connect_timeout, kPatience / 2);
  request.total_timeout = kPatience;
  const http::Outcome outcome = transport.perform(request, context);
  if (const auto* failure = std::get_if<http::TransportFailure>(&outcome)) {
    if (failure->kind == http::TransportFailure::Kind::interrupted)
      throw Error(ErrorCode::interrupted, redact_url(request.url), "stopped on request");
    // A file that was too large to be taken whole has named its size before that.
    const bool has_size = failure->kind == http::TransportFailure::Kind::too_large && failure->status;
    return has_size ? size_in(*failure->status, failure->headers) : StoredSize{};
  }
  const auto& response = std::get<http::Response>(outcome);
  return size_in(response.status, response.headers);
}

}  // namespace react1::hosts
