// SPDX-License-Identifier: Apache-2.0
// A plain curl easy handle for tests: one exchange per call, no retries.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace react1::test {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers{};  ///< "Name: value"
  std::string body{};                  ///< sent with PUT, POST and PATCH, also when empty
  bool chunked = false;                ///< no Content-Length
};

struct HttpResponse {
  int code = 0;                                             ///< CURLcode; 0 = an answer came
  int status = 0;                                           ///< HTTP status; 0 = none
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const;
};

[[nodiscard]] HttpResponse exchange(const HttpRequest& request);
[[nodiscard]] HttpResponse get(const std::string& url, std::vector<std::string> headers = {});

/// `count` requests at the same time, each on its own connection, `rounds` times over the same connections.
[[nodiscard]] std::vector<HttpResponse> exchange_many(const std::string& url, int count, int rounds);

/// Sends `bytes` unchanged to 127.0.0.1:port and returns everything received until the server closes.
[[nodiscard]] std::string raw_exchange(int port, std::string_view bytes);

}  // namespace react1::test
