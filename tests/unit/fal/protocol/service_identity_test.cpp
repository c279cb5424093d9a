// SPDX-License-Identifier: Apache-2.0
// A service is a sandbox when it proves it, on loopback; everything else is paid, or not known.
#include "fal/protocol/service_identity.hpp"

#include "core/json_text.hpp"
#include "core/sandbox_proof.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;

namespace {

const std::string kPath = "/fal-ai/sync-lipsync/requests/react1-sandbox-";

std::string challenge_in(const SeenRequest& seen) {
  if (!seen.target.starts_with(kPath)) return {};
  const std::string rest = seen.target.substr(kPath.size());
  return rest.substr(0, rest.find('/'));
}

std::string proof(const std::string& challenge, const std::string& instance = "run-1") {
  return Json{{"sandbox", instance}, {"proof", sandbox_proof(challenge, instance)}}.dump();
}

struct IdentityBench {
  RawServer server;
  FalOptions options = options_for(server);
  [[nodiscard]] ServiceIdentity ask() {
    options.retry = {.attempts = 2, .base_delay = std::chrono::milliseconds(1)};
    return FalClient(options).identity({});
  }
};

}  // namespace

TEST_CASE("a sandbox on loopback proves what it is, to a challenge that is new each time") {
  IdentityBench bench;
  bench.server.otherwise([](const SeenRequest& seen) { return answer(200, proof(challenge_in(seen))); });
  const ServiceIdentity identity = bench.ask();
  CHECK(identity.is_sandbox());
  CHECK(identity.sandbox == "run-1");
  CHECK(identity.queue_url == bench.server.url());
  CHECK(identity.endpoint == "fal-ai/sync-lipsync/react-1");
  static_cast<void>(bench.ask());
  const auto seen = bench.server.requests();
  REQUIRE(seen.size() == 2);
  CHECK(challenge_in(seen[0]).size() == 32);
  CHECK(challenge_in(seen[0]) != challenge_in(seen[1]));
}

TEST_CASE("a service on another machine is paid, and is not asked") {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  const ServiceIdentity identity = FalClient(options).identity({});
  CHECK_FALSE(identity.is_sandbox());
  CHECK(identity.queue_url == "https://queue.fal.run");
  options.queue_url = "https://gateway.example/fal//";
  CHECK(FalClient(options).identity({}).queue_url == "https://gateway.example/fal");
}

TEST_CASE("the word of the queue on loopback makes it a paid service, whatever headers and fields come along") {
  for (const char* body :
       {R"({"status":"NOT_FOUND"})", R"({"detail":"Not Found"})", R"({"detail":[{"msg":"no uuid"}]})",
        R"({"status":"NOT_FOUND","sandbox":"run-1"})", R"({"status":"NOT_FOUND","sandbox":"run-1","proof":"0000"})",
        R"({"status":"NOT_FOUND","sandbox":true,"proof":true})"}) {
    CAPTURE(std::string(body));
    IdentityBench bench;
    bench.server.otherwise([&](const SeenRequest&) {
      return answer(404, body, "application/json", "X-React1-Sandbox: run-1\r\nServer: react1 sandbox\r\n");
    });
    CHECK_FALSE(bench.ask().is_sandbox());
    CHECK(bench.server.requests().size() == 2);
  }
}

TEST_CASE("an answer to another challenge proves nothing: no cache can make a paid service a sandbox") {
  IdentityBench bench;
  const std::string cached = proof("an earlier challenge");
  bench.server.otherwise([&](const SeenRequest&) { return answer(200, cached); });
  CHECK(thrown_by([&] { (void)bench.ask(); }).code() == ErrorCode::network);
}

TEST_CASE("one denial that somebody else speaks does not make a sandbox a paid service") {
  IdentityBench bench;
  int asked = 0;
  bench.server.otherwise([&](const SeenRequest& seen) {
    return ++asked == 1 ? answer(404, R"({"status":"NOT_FOUND"})") : answer(200, proof(challenge_in(seen)));
  });
  CHECK(bench.ask().is_sandbox());
}

TEST_CASE("pages, redirects and faults decide nothing: they are asked again, and then nothing goes on") {
  struct Case {
    int status;
    const char* body;
  };
  for (const Case& c :
       {Case{200, "<html>sign in</html>"}, Case{404, "<html>no</html>"}, Case{302, ""}, Case{200, ""}, Case{204, ""},
        Case{200, "{}"}, Case{200, "[1]"}, Case{503, R"({"detail":"busy"})"}, Case{429, R"({"detail":"slow"})"},
        Case{502, "<html>bad gateway</html>"}, Case{200, R"({"status":"COMPLETED","error":"x"})"},
        Case{200, R"({"status":"IN_QUEUE"})"}, Case{200, R"({"detail":"Not Found"})"},
        Case{404, R"({"status":"NOT_FOUND","request_id":"another"})"},
        Case{200, R"({"request_id":"another","status":"COMPLETED","error":"x"})"}}) {
    CAPTURE(c.status);
    CAPTURE(std::string(c.body));
    IdentityBench bench;
    int asked = 0;
    bench.server.otherwise([&](const SeenRequest& seen) {
      return ++asked == 1 ? answer(c.status, c.body) : answer(200, proof(challenge_in(seen)));
    });
    CHECK(bench.ask().is_sandbox());
    bench.server.otherwise([&](const SeenRequest&) { return answer(c.status, c.body); });
    const Error error = thrown_by([&] { (void)bench.ask(); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.retryable());
  }
}

TEST_CASE("a key that is refused is told as that") {
  IdentityBench bench;
  bench.server.otherwise([&](const SeenRequest&) { return answer(401, R"({"detail":"invalid key credentials"})"); });
  CHECK(thrown_by([&] { (void)bench.ask(); }).code() == ErrorCode::auth);
}
