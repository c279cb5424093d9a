#include "media/source_address.hpp"

#include "core/redact.hpp"

namespace react1::media {

std::string file_address(const std::string& path) {
  return "file:" + path;
}

std::string address_of(const std::string& source) {
  return is_http_url(source) ? source : file_address(source);
}

void confine(ff::Dictionary& settings, const std::string& source) {
  if (!is_http_url(source)) {
    settings.set("protocol_whitelist", "file");
    return;
  }
  settings.set("protocol_whitelist", "http,https,tcp,tls,crypto,httpproxy");
  settings.set("tls_verify", "1");
  settings.set("user_agent", "react1");
}

}  // namespace react1::media
