// SPDX-License-Identifier: Apache-2.0
#include "e2e/wiretap.hpp"

#include <utility>

#include "e2e/relay.hpp"

namespace react1::test {
namespace {

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
  const bool is_text = seen.header("content-type") == "application/json";
  HttpResponse response =
      relay(seen, service_ + seen.target, is_text ? replaced(seen.body, url(), service_) : seen.body);
  if (!response.header("content-type").starts_with("video/"))
    response.body = replaced(std::move(response.body), service_, url());
  return relayed(response);
}

}  // namespace react1::test
