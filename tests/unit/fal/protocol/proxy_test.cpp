// SPDX-License-Identifier: Apache-2.0
// The paid call through an https proxy: a tunnel that never came up is no lost answer.
#include "fal/queue/queue.hpp"
#include "support/environment.hpp"
#include "support/tls.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;
using Act = ConnectProxy::Act;

namespace {

struct Proxied {
  TemporaryDirectory folder;
  TestAuthority authority;
  RawServer server;
  TlsFront front{authority, {"queue.test", "rest.test"}, server.port()};
  ConnectProxy proxy{front.port()};
  std::string ca = (folder.path() / "ca.pem").string();
  ScopedVariable proxy_variable{"HTTPS_PROXY", proxy.url()};
  ScopedVariable bundle{"CURL_CA_BUNDLE", ca};
  ScopedVariable none{"NO_PROXY", std::nullopt};
  FakeClock clock;
  FalOptions options = [] {
    FalOptions made;
    made.key = Secret(std::string(kKey));
    made.queue_url = "https://queue.test";
    made.rest_url = "https://rest.test";
    made.retry.attempts = 3;
    made.connect_timeout = std::chrono::milliseconds{3000};
    return made;
  }();
  http::CurlTransport transport{"react1/test"};
  fal::Session session{options, transport, clock, [] { return 1.0; }};
  RunContext context;

  Proxied() {
    write_file_atomically(ca, authority.certificate());
    server.otherwise([](const SeenRequest&) { return answer(200, R"({"request_id":"id-1"})"); });
  }
  RequestRef submit() {
    return fal::submit_request(session, Parameters{}, "https://a/v.mp4", "https://a/a.mp3", context);
  }
};

Act refusing(int status) {
  return {.answer = "HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 0\r\n\r\n", .tunnel = false};
}

}  // namespace

TEST_CASE("a submit whose tunnel comes up only at the third attempt is sent once") {
  Proxied there;
  SUBCASE("503, then a reset") {
    there.proxy.next(refusing(503)).next({.answer = "", .tunnel = false, .end = Act::End::reset});
  }
  SUBCASE("no answer, then a break in the handshake") {
    there.proxy.next({.answer = "", .tunnel = false, .end = Act::End::silence})
        .next({.end = Act::End::reset, .break_at_first_byte = true});
  }
  CHECK(there.submit().request_id == "id-1");
  CHECK(there.server.count("POST") == 1);
  CHECK(there.proxy.connections() == 3);
}

TEST_CASE("a submit whose tunnel never comes up is a network error and no unknown outcome") {
  Proxied there;
  for (int i = 0; i < 3; ++i) there.proxy.next(refusing(503));
  const Error error = thrown_by([&] { static_cast<void>(there.submit()); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(there.server.count("POST") == 0);
  CHECK(there.proxy.connections() == 3);
}

TEST_CASE("a proxy that wants credentials is not asked again, and the hint names it") {
  Proxied there;
  there.proxy.next(refusing(407));
  const Error error = thrown_by([&] { static_cast<void>(there.submit()); });
  CHECK(error.code() == ErrorCode::network);
  CHECK_FALSE(error.retryable());
  CHECK(contains(error.hint(), "HTTPS_PROXY"));
  CHECK(there.proxy.connections() == 1);
}

TEST_CASE("a submit whose tunnel breaks after its bytes is an unknown outcome") {
  Proxied there;
  there.server.script({step::read_request(), step::reset()});
  const Error error = thrown_by([&] { static_cast<void>(there.submit()); });
  CHECK(error.code() == ErrorCode::outcome_unknown);
  CHECK(there.server.count("POST") == 1);
}
