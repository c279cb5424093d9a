// SPDX-License-Identifier: Apache-2.0
// The platform API: where the key may go, what is asked, and what its answers and its errors mean.
#include "fal/platform/platform_api.hpp"

#include <mutex>

#include "support/environment.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// A client with a platform of its own on another server than the queue.
struct PlatformBench {
  PlatformBench() {
    options.platform_url = platform.url("/v1");
    options.retry = {.attempts = 2, .base_delay = std::chrono::milliseconds(1)};
    platform.otherwise([this](const SeenRequest&) {
      const std::lock_guard lock(mutex);
      return told;
    });
  }
  [[nodiscard]] FalClient client() const { return FalClient(options); }
  void answers(int status, const std::string& body, const std::string& type = "application/json") {
    const std::lock_guard lock(mutex);
    told = answer(status, body, type);
  }

  std::mutex mutex;
  std::string told;  ///< guarded by mutex
  RawServer queue;
  RawServer platform;
  FalOptions options = options_for(queue);
};

const std::string kPrices =
    R"({"prices":[{"endpoint_id":"fal-ai/other","unit_price":1,"unit":"images","currency":"USD"},
                  {"endpoint_id":"fal-ai/sync-lipsync/react-1","unit_price":9.5,"unit":"minutes","currency":"EUR"}]})";

}  // namespace

TEST_CASE("the platform is fal's own for fal's own queue, and nobody's for another one") {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  CHECK(FalClient(options).has_platform());
  for (const char* queue :
       {"https://gateway.example/fal", "http://127.0.0.1:9", "https://fal.run.example", "https://queue.fal.run:8443"}) {
    CAPTURE(std::string(queue));
    options.queue_url = queue;
    CHECK_FALSE(FalClient(options).has_platform());
  }
  options.platform_url = "https://gateway.example/platform";
  CHECK(FalClient(options).has_platform());
  options.platform_url = "http://gateway.example/platform";  // would show the key to the network
  CHECK(thrown_by([&] { FalClient client(options); }).code() == ErrorCode::usage);
}

TEST_CASE("with a queue elsewhere and no platform named, no question leaves, and the error says what to set") {
  RawServer queue;
  queue.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  FalClient client(options_for(queue));
  const RunContext context;
  for (const auto& call : std::vector<std::function<void()>>{
           [&] { (void)client.history({}, context); }, [&] { (void)client.unit_price(context); },
           [&] { (void)client.estimate_cost(1, context); }, [&] { (void)client.live_schema(context); },
           [&] { (void)client.probe_key(context); }}) {
    const Error error = thrown_by(call);
    CHECK(error.code() == ErrorCode::usage);
    CHECK(contains(error.where(), "REACT1_PLATFORM_URL"));
  }
  CHECK(queue.connections() == 0);
}

TEST_CASE("the key goes to the platform for its questions alone: URLs of an answer never lead there") {
  PlatformBench bench;
  bench.answers(200, R"({"status":"COMPLETED"})");
  bench.queue.otherwise(
      [&](const SeenRequest&) { return answer(200, R"({"status":"COMPLETED","request_id":"id-1"})"); });
  FalClient client = bench.client();
  static_cast<void>(client.status({"id-1", bench.platform.url("/v1/x"), "", ""}, {}));
  CHECK(bench.platform.connections() == 0);
  CHECK(bench.queue.count("GET") == 1);
}

TEST_CASE("the environment names a platform") {
  const ScopedVariable key("FAL_KEY", std::string(kKey));
  const ScopedVariable url("REACT1_PLATFORM_URL", "https://gateway.example/v1");
  CHECK(fal_options_from_environment().platform_url == "https://gateway.example/v1");
  const ScopedVariable none("REACT1_PLATFORM_URL", "");
  CHECK(fal_options_from_environment().platform_url.empty());
}

TEST_CASE("a price is the endpoint's own, exact, in its currency") {
  PlatformBench bench;
  bench.answers(200, kPrices);
  FalClient client = bench.client();
  const UnitPrice price = client.unit_price({});
  CHECK(price.price == Rational(19, 2));
  CHECK(price.unit == "minutes");
  CHECK(price.currency == "EUR");
  const SeenRequest seen = bench.platform.requests().at(0);
  CHECK(seen.target == "/v1/models/pricing?endpoint_id=fal-ai%2fsync-lipsync%2freact-1");
  CHECK(seen.header("authorization") == "Key " + std::string(kKey));
  CHECK(bench.queue.connections() == 0);
}

TEST_CASE("an answer without our price is no price of nothing") {
  for (const char* body : {R"({"prices":[]})", R"({"prices":null})", R"({})",
                           R"({"prices":[{"endpoint_id":"fal-ai/sync-lipsync/react-1","unit_price":"10"}]})",
                           R"({"prices":[{"endpoint_id":"fal-ai/sync-lipsync/react-1","unit_price":-1}]})",
                           R"({"prices":[{"endpoint_id":"fal-ai/sync-lipsync/react-1","unit_price":1e300}]})",
                           R"({"prices":[{"endpoint_id":"fal-ai/sync-lipsync/react-1"}]})"}) {
    CAPTURE(std::string(body));
    PlatformBench bench;
    bench.answers(200, body);
    FalClient client = bench.client();
    CHECK(thrown_by([&] { (void)client.unit_price({}); }).code() == ErrorCode::network);
  }
}

TEST_CASE("an estimate is asked for by units, and a schema is handed on whole") {
  PlatformBench bench;
  bench.answers(200, R"({"estimate_type":"unit_price","total_cost":2.5,"currency":"USD"})");
  FalClient client = bench.client();
  CHECK(client.estimate_cost(Rational(1, 4), {}).total == Rational(5, 2));
  CHECK(contains(bench.platform.requests().at(0).body, R"("fal-ai/sync-lipsync/react-1":{"unit_quantity":0.25})"));
  bench.answers(200, R"({"models":[{"endpoint_id":"fal-ai/sync-lipsync/react-1","openapi":{"openapi":"3.0.4"}}]})");
  CHECK(client.live_schema({}) == R"({"openapi":"3.0.4"})");
  CHECK(contains(bench.platform.requests().at(1).target, "expand=openapi-3.0"));
  bench.answers(200, R"({"models":[{"endpoint_id":"fal-ai/sync-lipsync/react-1","openapi":null}]})");
  CHECK(thrown_by([&] { (void)client.live_schema({}); }).code() == ErrorCode::network);
}

TEST_CASE("the probe tells a good key from one that is refused and from one that may not") {
  PlatformBench bench;
  FalClient client = bench.client();
  bench.answers(200, R"({"items":[],"next_cursor":null,"has_more":false})");
  CHECK(client.probe_key({}) == KeyProbe::good);
  CHECK(contains(bench.platform.requests().at(0).target, "limit=1"));
  bench.answers(401, R"({"error":{"type":"authorization_error","message":"no"}})");
  CHECK(client.probe_key({}) == KeyProbe::refused);
  bench.answers(403, R"({"error":{"type":"authorization_error","message":"scope"}})");
  CHECK(client.probe_key({}) == KeyProbe::forbidden);
  bench.answers(403, "<html>Access denied by your company</html>", "text/html");
  CHECK(thrown_by([&] { (void)client.probe_key({}); }).code() == ErrorCode::network);
}

TEST_CASE("errors in the platform's own format are told in its words, and whatever else answers is not the platform") {
  struct Case {
    int status;
    const char* body;
    ErrorCode code;
    bool retryable;
  };
  for (const Case& c : {
           Case{401, R"({"error":{"type":"authorization_error","message":"bad key"}})", ErrorCode::auth, false},
           Case{403, R"({"error":{"type":"authorization_error","message":"not this"}})", ErrorCode::auth, false},
           Case{400, R"({"error":{"type":"validation_error","message":"start"}})", ErrorCode::refused, false},
           Case{404, R"({"error":{"type":"not_found","message":"none"}})", ErrorCode::refused, false},
           Case{429, R"({"error":{"type":"rate_limited","message":"slow"}})", ErrorCode::network, true},
           Case{500, R"({"error":{"type":"server_error","message":"oh"}})", ErrorCode::network, true},
           Case{501, R"({"error":{"type":"not_implemented","message":"later"}})", ErrorCode::network, true},
           Case{401, R"({"detail":"invalid key credentials"})", ErrorCode::auth, false},
           Case{404, "<html><title>Not here</title></html>", ErrorCode::network, true},
           Case{302, "", ErrorCode::network, true},
           Case{200, "<html>sign in</html>", ErrorCode::network, true},
           Case{200, "", ErrorCode::network, true},
           Case{200, "[]", ErrorCode::network, true},
           Case{200, R"({"error":{"type":"server_error","message":"in a 200"}})", ErrorCode::network, true},
       }) {
    CAPTURE(c.status);
    CAPTURE(std::string(c.body));
    PlatformBench bench;
    bench.answers(c.status, c.body);
    FalClient client = bench.client();
    const Error error = thrown_by([&] { (void)client.unit_price({}); });
    CHECK(error.code() == c.code);
    CHECK(error.retryable() == c.retryable);
  }
}

TEST_CASE("what the platform repeats of the key comes out without it") {
  PlatformBench bench;
  bench.answers(400,
                R"({"error":{"type":"validation_error","message":"the key )" + std::string(kKey) + R"( is odd"}})");
  FalClient client = bench.client();
  CHECK(contains(thrown_by([&] { (void)client.unit_price({}); }).detail(), "***"));
}
