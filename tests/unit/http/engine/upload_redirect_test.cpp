// SPDX-License-Identifier: Apache-2.0
// Uploads that are sent somewhere else.
#include <doctest/doctest.h>

#include <string>

#include <react1/error.hpp>

#include "core/sha256.hpp"
#include "http/engine/body_files.hpp"
#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::test;
using namespace react1::http;

namespace {

std::string redirect(int status, const std::string& to) {
  return answer(status, "", "text/plain", "Location: " + to + "\r\n");
}

}  // namespace

TEST_CASE("an upload follows 307 and 308: all of it again, with the signed headers and no key") {
  const std::string content(300'000, 'c');
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "clip").string();
  write_file_atomically(path, content);
  for (const int status : {307, 308}) {
    CAPTURE(status);
    RawServer target;
    target.otherwise([](const SeenRequest&) { return answer(200, ""); });
    RawServer first;
    first.otherwise([&](const SeenRequest&) { return redirect(status, target.url("/moved?sig=1")); });
    CurlTransport transport("react1/test");
    Request request = put_file(first.url("/upload?sig=1"), path);
    request.follow_redirects = true;
    request.headers.add("Content-Type", "video/mp4");
    request.headers.add("x-amz-meta-a", "1");
    const auto digest = std::make_shared<BodyDigest>();
    std::get<FileBody>(request.body).digest = digest;
    CHECK(answered(transport.perform(request, {})).status == 200);
    REQUIRE(target.requests().size() == 1);
    const SeenRequest seen = target.requests().at(0);
    CHECK(seen.method == "PUT");
    CHECK(seen.target == "/moved?sig=1");
    CHECK(seen.body == content);
    CHECK(seen.header("content-type") == "video/mp4");
    CHECK(seen.header("x-amz-meta-a") == "1");
    CHECK(seen.header("content-length") == "300000");
    CHECK(digest->hex() == sha256_hex(content));
  }
}

TEST_CASE("an upload does not follow what would make a GET of it, nor a loop, nor back to where it may not go") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "clip").string();
  write_file_atomically(path, "content");
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    if (request.target == "/see-other") return redirect(303, "/elsewhere");
    if (request.target == "/found") return redirect(302, "/elsewhere");
    if (request.target == "/plain") return redirect(307, "http://192.0.2.1/clip");
    return redirect(307, "/loop");
  });
  CurlTransport transport("react1/test");
  const auto perform = [&](const std::string& target) {
    Request request = put_file(server.url(target), path);
    request.follow_redirects = true;
    return transport.perform(request, {});
  };
  CHECK(answered(perform("/see-other")).status == 303);
  CHECK(answered(perform("/found")).status == 302);
  CHECK(failed(perform("/loop")).detail == "more than ten redirects");
  CHECK(server.count("PUT", "/loop") == 11);
  CHECK(failed(perform("/plain")).detail.find("plain http") != std::string::npos);
  CHECK(server.count("PUT", "/elsewhere") == 0);
  CHECK(server.count("GET") == 0);
}
