// SPDX-License-Identifier: Apache-2.0
// Clips that are named by a URL: the program's reports of a server's answers.
#include <doctest/doctest.h>

#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/file_server.hpp"
#include "support/paths.hpp"
#include "support/raw_server.hpp"
#include "support/tls.hpp"

namespace {

using namespace react1::test;
using react1::read_file;
using react1::Sandbox;
using react1::SandboxOptions;

constexpr const char* kUrlSecret = "X-Amz-Signature=0123456789abcdef";

struct UrlRow {
  const char* name;
  int exit;
  const char* words;  ///< of the message or its detail
  RawServer::Handler handler;
};

std::string clip() {
  return read_file(fixture("presenter_h264_25fps_6s.mp4"));
}

TEST_CASE("what a server answers in place of a clip ends with the exit code that fits, and pays for nothing") {
  const std::string video = clip();
  const std::vector<UrlRow> rows{
      {"not found", 6, "HTTP 404", [](const SeenRequest&) { return answer(404, "", "text/plain"); }},
      {"expired", 6, "AccessDenied",
       [](const SeenRequest&) {
         return answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                       "application/xml");
       }},
      {"a login page", 3, "web page",
       [](const SeenRequest&) { return answer(200, "<html>Login</html>", "text/html"); }},
      {"a loop", 6, "ten redirects",
       [](const SeenRequest& request) {
         return answer(302, "", "text/plain", "Location: " + request.target + "\r\n");
       }},
      {"packed", 6, "gzip",
       [](const SeenRequest&) { return answer(200, "packed", "video/mp4", "Content-Encoding: gzip\r\n"); }},
      {"empty", 3, "empty", [](const SeenRequest& request) { return file_answer("", request); }},
      {"down", 6, "HTTP 503", [](const SeenRequest&) { return answer(503, "", "text/plain"); }},
      {"changing", 6, "changed while it was read",
       [&, asked = 0](const SeenRequest& request) mutable {
         const std::string tag = "ETag: \"" + std::to_string(asked++) + "\"\r\n";
         const std::string part = asked == 1 ? part_head(0, 999, video.size(), tag) + video.substr(0, 1000)
                                             : file_answer(video, request, tag);
         return part;
       }},
  };
  for (const UrlRow& row : rows) {
    CAPTURE(row.name);
    const Sandbox sandbox{SandboxOptions{}};
    RawServer server;
    server.otherwise(row.handler);
    User user;
    user.with_service(sandbox.url());
    const Outcome outcome =
        user.run({"run", server.url(std::string("/clip.mp4?") + kUrlSecret), fixture("voice_mono_48k_5s.wav"),
                  "--emotion", "happy", "-o", user.path("out.mp4"), "--json", "-v"});
    CAPTURE(outcome.err);
    CHECK(outcome.exit == row.exit);
    const auto error = outcome.error();
    const std::string said = error["message"].get<std::string>() + " " +
                             (error["detail"].is_string() ? error["detail"].get<std::string>() : std::string());
    CHECK(said.find(row.words) != std::string::npos);
    CHECK((outcome.err + outcome.out).find("0123456789abcdef") == std::string::npos);
    CHECK(sandbox.accepted_submits() == 0);
    CHECK(user.leftovers().empty());
  }
}

TEST_CASE("a clip comes through the proxy that the environment names, over TLS that it says to trust") {
  const std::string video = clip();
  RawServer server;
  server.otherwise([&](const SeenRequest& request) { return file_answer(video, request); });
  const TestAuthority authority;
  const TlsFront front(authority, {"media.example"}, server.port());
  ConnectProxy proxy(front.port());
  User user;
  react1::write_file_atomically(user.path("ca.pem"), authority.certificate());
  const auto behind_proxy = [&proxy](User& one) {
    one.with("HTTPS_PROXY", proxy.url()).with("https_proxy", "").with("NO_PROXY", "").with("no_proxy", "");
    one.with("CURL_CA_BUNDLE", "").with("SSL_CERT_FILE", "").with("SSL_CERT_DIR", "");
  };
  behind_proxy(user);
  user.with("SSL_CERT_FILE", user.path("ca.pem"));
  const Outcome outcome = user.run({"probe", "https://media.example/clip.mp4", "--json"});
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["video"]["frames"] == 150);
  CHECK(proxy.connections() > 0);
  User distrustful;
  behind_proxy(distrustful);
  const Outcome refused = distrustful.run({"probe", "https://media.example/clip.mp4", "--json"});
  CHECK(refused.exit == 6);
  CHECK(refused.error()["message"].get<std::string>().find("certificate") != std::string::npos);
}

TEST_CASE("a whole job with both clips behind URLs") {
  const std::string video = clip();
  const std::string audio = read_file(fixture("voice_mono_48k_5s.wav"));
  RawServer server;
  server.otherwise([&](const SeenRequest& request) {
    return file_answer(request.target.starts_with("/v") ? video : audio, request);
  });
  const Sandbox sandbox{SandboxOptions{}};
  User user;
  user.with_service(sandbox.url());
  const Outcome outcome =
      user.run({"run", server.url(std::string("/v.mp4?") + kUrlSecret), server.url(std::string("/a.wav?") + kUrlSecret),
                "--emotion", "happy", "-o", user.path("out.mp4"), "--json"});
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(sandbox.accepted_submits() == 1);
  CHECK(server.requests().size() <= 4);
  CHECK(outcome.out.find("0123456789abcdef") == std::string::npos);
}

}  // namespace
