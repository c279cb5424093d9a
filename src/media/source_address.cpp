#include "media/source_address.hpp"

namespace react1::media {

std::string file_address(const std::string& path) {
  return "file:" + path;
}

void confine_url(ff::Dictionary& settings) {
  settings.set("protocol_whitelist", "http,https,tcp,tls,crypto,httpproxy");
  settings.set("tls_verify", "1");
  settings.set("user_agent", "react1");
  settings.set("reconnect", "1");
  settings.set("reconnect_delay_max", "0");  // FFmpeg waits 0, 1, 3, … seconds: the one without a wait is the only one
}

}  // namespace react1::media
