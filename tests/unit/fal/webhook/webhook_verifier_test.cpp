// SPDX-License-Identifier: Apache-2.0
// Keys that are fetched and kept, and deliveries that come twice.
#include "fal/webhook/webhook_verifier.hpp"

#include <atomic>
#include <thread>

#include "unit/fal/webhook_support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;
using V = WebhookVerdict;

namespace {

/// The clock stands at the second at which Signed is sent.
struct KeysBench : Bench {
  KeysBench() {
    webhook.keys_url = server.url("/.well-known/jwks.json");
    server.otherwise([this](const SeenRequest&) {
      const std::lock_guard lock(mutex);
      return answered;
    });
  }
  void serve(std::string whole_answer) {
    const std::lock_guard lock(mutex);
    answered = std::move(whole_answer);
  }
  void serve(const std::vector<const SigningKey*>& keys) { serve(answer(200, key_set(keys))); }
  WebhookVerdict verify(const Signed& delivery) {
    return verifier.verify(delivery.headers(), delivery.body, context).verdict;
  }
  /// A fresh delivery at the clock's time.
  [[nodiscard]] Signed fresh(const SigningKey& signer) {
    Signed delivery;
    delivery.request_id = "r-" + std::to_string(++deliveries);
    delivery.timestamp = std::to_string(std::chrono::system_clock::to_time_t(clock.wall()));
    return delivery.sign(signer);
  }
  [[nodiscard]] std::size_t fetches() const { return server.count("GET", "/.well-known/jwks.json"); }

  std::mutex mutex;
  std::string answered = answer(500, "");
  int deliveries = 0;
  SigningKey key;
  WebhookOptions webhook;
  Verifier verifier{webhook, transport, clock};
};

}  // namespace

TEST_CASE("the keys are fetched once, without any key of ours, and kept for a day") {
  KeysBench bench;
  bench.serve({&bench.key});
  for (int i = 0; i < 5; ++i) CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  CHECK(bench.fetches() == 1);
  CHECK_FALSE(bench.server.requests().at(0).has("authorization"));
  bench.clock.sleep_for(24h - 1s, {});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  CHECK(bench.fetches() == 1);
  bench.clock.sleep_for(1s, {});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  CHECK(bench.fetches() == 2);
}

TEST_CASE("a signature by a key that is not known fetches the keys once more") {
  KeysBench bench;
  bench.serve({&bench.key});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  const SigningKey next;
  bench.serve({&bench.key, &next});
  CHECK(bench.verify(bench.fresh(next)) == V::wrong_signature);  // within the floor nobody is asked
  CHECK(bench.fetches() == 1);
  bench.clock.sleep_for(60s, {});
  CHECK(bench.verify(bench.fresh(next)) == V::authentic);
  CHECK(bench.fetches() == 2);
}

TEST_CASE("a stranger's signatures make us ask the service no more often than the floor allows") {
  KeysBench bench;
  bench.serve({&bench.key});
  const SigningKey stranger;
  for (int i = 0; i < 60; ++i) {
    CHECK(bench.verify(bench.fresh(stranger)) == V::wrong_signature);
    bench.clock.sleep_for(5s, {});  // five minutes
  }
  CHECK(bench.fetches() == 5);
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
}

TEST_CASE("what is wrong whatever the keys are fetches none") {
  KeysBench bench;
  bench.serve({&bench.key});
  Signed old = bench.fresh(bench.key);
  bench.clock.sleep_for(301s, {});
  CHECK(bench.verify(old) == V::too_old);
  old.signature = "x";
  CHECK(bench.verify(old) == V::malformed_header);
  CHECK(bench.fetches() == 0);
}

TEST_CASE("keys that cannot be had are a verdict of their own, and are asked for again after the floor") {
  KeysBench bench;
  SUBCASE("the service is down") {}
  SUBCASE("a web page") {
    bench.serve(answer(200, "<html/>", "text/html"));
  }
  SUBCASE("an empty set") {
    bench.serve(answer(200, R"({"keys":[]})"));
  }
  SUBCASE("no answer") {
    bench.server.script({step::read_request(), step::reset()});
  }
  CHECK(bench.verify(bench.fresh(bench.key)) == V::keys_unavailable);
  bench.serve({&bench.key});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::keys_unavailable);
  CHECK(bench.fetches() == 1);
  bench.clock.sleep_for(60s, {});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  CHECK(bench.fetches() == 2);
}

TEST_CASE("keys are not used beyond their day when no new ones can be had") {
  KeysBench bench;
  bench.serve({&bench.key});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
  bench.serve(answer(503, ""));
  bench.clock.sleep_for(24h, {});
  CHECK(bench.verify(bench.fresh(bench.key)) == V::keys_unavailable);
}

TEST_CASE("a delivery that comes again is a duplicate, and no error") {
  KeysBench bench;
  bench.serve({&bench.key});
  Signed delivery = bench.fresh(bench.key);
  CHECK(bench.verify(delivery) == V::authentic);
  const WebhookCheck again = bench.verifier.verify(delivery.headers(), delivery.body, bench.context);
  CHECK(again.verdict == V::duplicate);
  CHECK(again.trusted());
  for (char& c : delivery.signature) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(bench.verify(delivery) == V::duplicate);  // the same signature in other digits
  bench.clock.sleep_for(299s, {});
  CHECK(bench.verify(delivery) == V::duplicate);
  bench.clock.sleep_for(2s, {});
  CHECK(bench.verify(delivery) == V::too_old);
}

TEST_CASE("a forged delivery does not make the true one a duplicate") {
  KeysBench bench;
  bench.serve({&bench.key});
  const Signed delivery = bench.fresh(bench.key);
  Signed forged = delivery;
  forged.signature = std::string(128, '0');
  CHECK(bench.verify(forged) == V::wrong_signature);
  CHECK(bench.verify(delivery) == V::authentic);
}

TEST_CASE("of many threads with the same delivery, one gets it") {
  KeysBench bench;
  bench.serve({&bench.key});
  const Signed delivery = bench.fresh(bench.key);
  std::atomic<int> authentic = 0, duplicate = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const WebhookVerdict verdict =
            bench.verifier.verify(delivery.headers(), delivery.body, RunContext{.stop = bench.stop.get_token()})
                .verdict;
        if (verdict == V::authentic) ++authentic;
        if (verdict == V::duplicate) ++duplicate;
      });
    }
  }
  CHECK(authentic == 1);
  CHECK(duplicate == 7);
  CHECK(bench.fetches() == 1);
}

TEST_CASE("deliveries are remembered for their window, and no more of them than allowed") {
  SeenDeliveries seen(2);
  CHECK(seen.first("a", at_second(100), at_second(0)));
  CHECK_FALSE(seen.first("a", at_second(100), at_second(0)));
  CHECK(seen.first("b", at_second(100), at_second(0)));
  CHECK(seen.first("c", at_second(200), at_second(0)));  // "a" makes room
  CHECK_FALSE(seen.first("c", at_second(200), at_second(0)));
  CHECK(seen.first("d", at_second(300), at_second(150)));
  CHECK_FALSE(seen.first("d", at_second(300), at_second(300)));
  CHECK(seen.first("d", at_second(400), at_second(301)));
}

TEST_CASE("a stop during the fetch is an interruption, and nothing is held against the service") {
  KeysBench bench;
  bench.stop.request_stop();
  CHECK(thrown_by([&] { static_cast<void>(bench.verify(bench.fresh(bench.key))); }).code() == ErrorCode::interrupted);
  bench.serve({&bench.key});
  bench.context.stop = {};
  CHECK(bench.verify(bench.fresh(bench.key)) == V::authentic);
}

TEST_CASE("options that make no sense are refused, all at once") {
  WebhookOptions options;
  options.keys_url = "http://192.0.2.1/keys";
  options.keys_life = 25h;
  options.keys_floor = 0s;
  const Error error = thrown_by([&] { const WebhookVerifier verifier(options); });
  CHECK(error.code() == ErrorCode::usage);
  for (const char* name : {"keys_url", "keys_life", "keys_floor"}) CHECK(contains(error.message(), name));
}

TEST_CASE("the public verifier works on the machine's own clock") {
  RawServer server;
  const SigningKey key;
  server.otherwise([&](const SeenRequest&) { return answer(200, key_set({&key})); });
  WebhookVerifier verifier({.keys_url = server.url("/keys")});
  Signed delivery;
  delivery.timestamp = std::to_string(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  delivery.sign(key);
  CHECK(verifier.verify(delivery.headers(), delivery.body, {}).verdict == V::authentic);
  WebhookVerifier moved(std::move(verifier));
  CHECK(moved.verify(delivery.headers(), delivery.body, {}).verdict == V::duplicate);
}

TEST_CASE("the keys are looked for beside the rest host, whichever it is") {
  CHECK(webhook_keys_url(FalOptions{}.rest_url) == WebhookOptions{}.keys_url);
  CHECK(webhook_keys_url("http://127.0.0.1:8080/") == "http://127.0.0.1:8080/.well-known/jwks.json");
}
