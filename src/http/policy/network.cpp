// SPDX-License-Identifier: Apache-2.0
#include "http/policy/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <set>

#include "http/message/headers.hpp"

namespace react1::http {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// The first of them that is set to something.
std::string first_of(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = variable(name); !value.empty()) return value;
  }
  return {};
}

std::vector<std::string> split_hosts(std::string_view text) {
  std::vector<std::string> hosts;
  constexpr std::string_view kBetween = ", \t";
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(kBetween), text.size());
    if (end > 0) hosts.push_back(to_lower(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return hosts;
}

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t bits = 0;  ///< 32 or 128
};

std::optional<Address> address_of(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string number(text);
  Address address;
  if (::inet_pton(AF_INET, number.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
    return address;
  }
  if (::inet_pton(AF_INET6, number.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
    return address;
  }
  return std::nullopt;
}

/// `entry` is an address, or a range of them ("10.0.0.0/8").
bool in_range(const Address& address, std::string_view entry) {
  const auto slash = entry.find('/');
  const auto range = address_of(entry.substr(0, slash));
  if (!range || range->bits != address.bits) return false;
  std::size_t bits = range->bits;
  if (slash != std::string_view::npos) {
    const std::string_view text = entry.substr(slash + 1);
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (fault != std::errc{} || end != text.data() + text.size() || bits > range->bits) return false;
  }
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((address.bytes.at(bit / 8) & mask) != (range->bytes.at(bit / 8) & mask)) return false;
  }
  return true;
}

bool same_domain(std::string_view host, std::string_view entry) {
  while (entry.starts_with('.')) entry.remove_prefix(1);
  while (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.empty() || !host.ends_with(entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool is_exempt(const std::vector<std::string>& no_proxy, std::string host) {
  while (host.ends_with('.')) host.pop_back();
  const auto address = address_of(host);
  return std::any_of(no_proxy.begin(), no_proxy.end(), [&](const std::string& entry) {
    return entry == "*" || (address ? in_range(*address, entry) : same_domain(host, entry));
  });
}

/// A proxy's URL may lack its scheme, and may be other than http ("socks5h://…").
bool runs_here(const std::string& proxy) {
  const auto scheme = proxy.find("://");
  const auto url = parse_url("http://" + (scheme == std::string::npos ? proxy : proxy.substr(scheme + 3)));
  return url && is_loopback(*url);
}

struct OwnPorts {
  std::mutex mutex;
  std::multiset<int> ports;
};

OwnPorts& own_ports() {
  static OwnPorts ports;
  return ports;
}

}  // namespace

std::shared_ptr<const NetworkSettings> network_from_environment() {
  NetworkSettings settings;
  settings.http_proxy = first_of({"http_proxy"});
  if (settings.http_proxy.empty() && variable("REQUEST_METHOD").empty()) settings.http_proxy = variable("HTTP_PROXY");
  settings.https_proxy = first_of({"https_proxy", "HTTPS_PROXY"});
  const std::string all = first_of({"all_proxy", "ALL_PROXY"});
  if (settings.http_proxy.empty()) settings.http_proxy = all;
  if (settings.https_proxy.empty()) settings.https_proxy = all;
  settings.no_proxy = split_hosts(first_of({"no_proxy", "NO_PROXY"}));
  settings.ca_file = first_of({"CURL_CA_BUNDLE", "SSL_CERT_FILE"});
  if (variable("CURL_CA_BUNDLE").empty()) settings.ca_directory = variable("SSL_CERT_DIR");
  return std::make_shared<const NetworkSettings>(std::move(settings));
}

std::optional<std::string> proxy_for(const NetworkSettings& settings, const Url& url) {
  const std::string& proxy = url.scheme == "https" ? settings.https_proxy : settings.http_proxy;
  if (proxy.empty() || is_exempt(settings.no_proxy, url.host)) return std::nullopt;
  if (is_loopback(url) && (is_own_service(url) || !runs_here(proxy))) return std::nullopt;
  return proxy;
}

bool is_own_service(const Url& url) {
  OwnPorts& own = own_ports();
  const std::lock_guard lock(own.mutex);
  return is_loopback(url) && own.ports.contains(url.port);
}

OwnService::OwnService(int port) : port_(port) {
  OwnPorts& own = own_ports();
  const std::lock_guard lock(own.mutex);
  own.ports.insert(port_);
}

OwnService::~OwnService() {
  OwnPorts& own = own_ports();
  const std::lock_guard lock(own.mutex);
  own.ports.erase(own.ports.find(port_));
}

}  // namespace react1::http
