// SPDX-License-Identifier: Apache-2.0
#include "e2e/relay.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace react1::test {
namespace {

/// They are about one connection, or change with the length of a body.
bool is_of_the_connection(const std::string& name) {
  constexpr std::array<std::string_view, 7> kNames{
      "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "expect"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

HttpResponse relay(const SeenRequest& seen, const std::string& url, const std::string& body) {
  HttpRequest request{.method = seen.method, .url = url, .body = body};
  for (const auto& [name, value] : seen.headers) {
    if (!is_of_the_connection(name)) request.headers.push_back(name + ": " + value);
  }
  return exchange(request);
}

std::string relayed(const HttpResponse& response) {
  std::string fields;
  for (const auto& [name, value] : response.headers) {
    if (!is_of_the_connection(name) && name != "content-type") fields += name + ": " + value + "\r\n";
  }
  return answer(response.status, response.body, response.header("content-type"), fields);
}

}  // namespace react1::test
