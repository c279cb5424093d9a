#include "wiretap.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "support/http_client.hpp"

namespace react1::test {
namespace {

/// They are about one connection, or change with the length of a body.
bool is_of_the_connection(const std::string& name) {
  constexpr std::array<std::string_view, 5> kNames{"host", "content-length", "transfer-encoding", "connection",
                                                   "keep-alive"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

}  // namespace

Wiretap::Wiretap(std::string service, std::string files) : service_(std::move(service)), files_(std::move(files)) {
  server_.otherwise([this](const SeenRequest& seen) { return hand_on(seen); });
}

std::string Wiretap::hand_on(const SeenRequest& seen) const {
  if (!files_.empty() && seen.method == "GET" && seen.target.starts_with("/files/") && !seen.has("range")) {
    return answer(302, "", "", "Location: " + files_ + seen.target + "\r\n");
  }
  HttpRequest request{.method = seen.method, .url = service_ + seen.target};
  for (const auto& [name, value] : seen.headers) {
    if (!is_of_the_connection(name)) request.headers.push_back(name + ": " + value);
  }
  const bool is_text = seen.header("content-type") == "application/json";
  request.body = is_text ? replaced(seen.body, url(), service_) : seen.body;
  HttpResponse response = exchange(request);
  std::string fields;
  for (const auto& [name, value] : response.headers) {
    if (!is_of_the_connection(name) && name != "content-type") fields += name + ": " + value + "\r\n";
  }
  const std::string type = response.header("content-type");
  if (!type.starts_with("video/")) response.body = replaced(std::move(response.body), service_, url());
  return answer(response.status, response.body, type, fields);
}

}  // namespace react1::test
