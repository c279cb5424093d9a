// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol/reach.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/message/url.hpp"
#include "http/policy/network.hpp"
#include "sandbox/protocol/problems.hpp"

namespace react1::sandbox {
namespace {

/// "NAME:PORT", or the name alone at port 80.
bool is_own_name(std::string_view host, std::uint16_t port) {
  constexpr std::string_view names[] = {"127.0.0.1", "localhost", "[::1]"};
  constexpr std::uint16_t default_port = 80;
  return std::any_of(std::begin(names), std::end(names), [&](std::string_view name) {
    const std::string with_port = fmt::format("{}:{}", name, port);
    const serve::CaselessLess less;
    const auto is = [&](std::string_view wanted) { return !less(host, wanted) && !less(wanted, host); };
    return is(with_port) || (port == default_port && is(name));
  });
}

}  // namespace

Reach::Reach(const SandboxOptions& options) : ports_(options.reachable_ports), all_(options.all_ports_reachable) {}

bool Reach::allows(const std::string& url) const {
  const auto parsed = http::parse_url(url);
  if (!parsed || !http::is_loopback(*parsed)) return false;
  return all_ || http::is_own_service(*parsed) || std::find(ports_.begin(), ports_.end(), parsed->port) != ports_.end();
}

std::optional<serve::Response> refuse_web_page(const serve::RequestHead& head, std::uint16_t port) {
  constexpr int misdirected = 421;
  if (!is_own_name(head.header("Host"), port)) {
    return detail_response(misdirected, "The sandbox answers to 127.0.0.1 and localhost with its own port only");
  }
  if (head.has_header("Origin")) return detail_response(403, "The sandbox does not answer web pages");
  return std::nullopt;
}

}  // namespace react1::sandbox
