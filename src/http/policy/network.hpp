// SPDX-License-Identifier: Apache-2.0
// Proxies and certificates, from the environment, the same for all traffic.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message/url.hpp"

namespace react1::http {

/// The environment's settings. An empty text is "not set".
struct NetworkSettings {
  std::string http_proxy, https_proxy;  ///< an URL, or host:port
  std::vector<std::string> no_proxy;    ///< hosts, domains, addresses and address ranges that are reached directly
  std::string ca_file, ca_directory;    ///< certificates to trust in place of the system's
};

/// HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either case, the lower one first, as curl reads them;
/// CURL_CA_BUNDLE, else SSL_CERT_FILE and SSL_CERT_DIR. HTTP_PROXY in capitals is ignored in a CGI program, where a
/// client's header would set it. Read once when a transport is created: reading the environment is not safe while
/// another thread changes it.
[[nodiscard]] std::shared_ptr<const NetworkSettings> network_from_environment();

/// The proxy for `url`; nullopt: it is reached directly. This machine is reached through
/// a proxy only if that runs here too: another one would connect "127.0.0.1" to itself, and would see plain-text
/// traffic.
[[nodiscard]] std::optional<std::string> proxy_for(const NetworkSettings& settings, const Url& url);

/// Whether it leads to a port that this process has registered.
[[nodiscard]] bool is_own_service(const Url& url);

/// Registers a port of this machine as a service of this process, which is never reached through a proxy.
class OwnService {
 public:
  explicit OwnService(int port);
  OwnService(const OwnService&) = delete;
  OwnService& operator=(const OwnService&) = delete;
  ~OwnService();

 private:
  int port_;
};

}  // namespace react1::http
