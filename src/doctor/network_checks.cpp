// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "core/redact.hpp"
#include "doctor/examinations.hpp"
#include "http/message/url.hpp"
#include "http/policy/network.hpp"

namespace react1::doctor {
namespace {

namespace fs = std::filesystem;

/// A proxy's URL may hold a password.
std::string shown(const std::string& proxy) {
  return proxy.find("://") == std::string::npos ? redact_url("http://" + proxy) : redact_url(proxy);
}

std::string way_to(const http::NetworkSettings& settings, const std::string& address) {
  const auto url = http::parse_url(address);
  if (!url) return fmt::format("{} is no URL", redact_url(address));
  const auto proxy = http::proxy_for(settings, *url);
  return proxy ? fmt::format("{} through {}", url->host, shown(*proxy)) : fmt::format("{} directly", url->host);
}

bool holds_certificates(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos) return true;
  }
  return false;
}

Finding certificates(const http::NetworkSettings& settings) {
  const char* cure =
      "CURL_CA_BUNDLE, or SSL_CERT_FILE and SSL_CERT_DIR, name the certificates to trust; unset them for "
      "those of the system";
  if (!settings.ca_file.empty() && !holds_certificates(settings.ca_file)) {
    return failed("certificates", ErrorCode::network, fmt::format("{} holds no certificate", settings.ca_file), cure);
  }
  std::error_code ignored;
  if (!settings.ca_directory.empty() && !fs::is_directory(settings.ca_directory, ignored)) {
    return failed("certificates", ErrorCode::network, fmt::format("{} is no folder", settings.ca_directory), cure);
  }
  if (!settings.ca_file.empty()) return good("certificates", fmt::format("those of {}", settings.ca_file));
  if (!settings.ca_directory.empty()) return good("certificates", fmt::format("those of {}", settings.ca_directory));
  return good("certificates", "those of the system");
}

}  // namespace

void check_network_settings(const FalOptions& service, Findings& findings) {
  const auto settings = http::network_from_environment();
  findings.push_back(
      good("proxy", fmt::format("{}; {}", way_to(*settings, service.queue_url), way_to(*settings, service.rest_url))));
  findings.push_back(certificates(*settings));
}

}  // namespace react1::doctor
