// The transport over libcurl.
#pragma once

#include <string>

#include "http/curl_handles.hpp"
#include "http/transport.hpp"

namespace react1::http {

/// Blocking exchanges on curl's multi interface, because only that one can be woken at once from another thread
/// (curl_multi_wakeup); an easy handle notices a stop up to a second later. Thread-safe.
///
/// Never switched on here: curl's verbose log (it prints the Authorization header), cookies, .netrc, signals.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(std::string user_agent);
  [[nodiscard]] Outcome perform(const Request& request, const RunContext& context) override;

 private:
  [[nodiscard]] Outcome perform_one(const Request& request, const std::string& url, const RunContext& context);

  std::string user_agent_;
  CurlPool pool_;
};

}  // namespace react1::http
