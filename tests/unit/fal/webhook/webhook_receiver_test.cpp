// SPDX-License-Identifier: Apache-2.0
// Reports over HTTP: who is believed, what is answered, and who gets them.
#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "unit/fal/webhook_support.hpp"

using namespace react1;
using namespace react1::test;
using namespace std::chrono_literals;

TEST_CASE("a report reaches whoever waits for its request, before it or after it") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  CHECK(bench.deliver(receiver, bench.report("early", "ERROR")).status == 200);
  const auto early = receiver.wait_for("early", 10s, {});
  REQUIRE(early);
  CHECK(early->request_id == "early");
  CHECK_FALSE(early->ok);
  CHECK(contains(early->body, R"("status":"ERROR")"));

  std::optional<WebhookDelivery> late;
  {
    const std::jthread waiter([&] { late = receiver.wait_for("late", std::chrono::milliseconds::max(), {}); });
    CHECK(bench.deliver(receiver, bench.report("somebody-elses")).status == 200);
    CHECK(bench.deliver(receiver, bench.report("late")).status == 200);
  }
  REQUIRE(late);
  CHECK(late->ok);
  CHECK(receiver.wait_for("somebody-elses", 10s, {}));
}

TEST_CASE("all who listen are told once, on arrival or at once when it was there, and nobody who has left") {
  ReceiverBench bench;
  std::optional<WebhookReceiver> receiver(bench.options());
  std::vector<std::string> told;
  const auto listen = [&](const std::string& request_id, const std::string& name) {
    return receiver->when_reported(request_id, [&told, name](const WebhookDelivery& delivery) {
      told.push_back(name + " of " + delivery.request_id);
    });
  };
  const auto first = listen("r-1", "first");
  const auto second = listen("r-1", "second");
  auto left = listen("r-1", "left");
  const auto other = listen("r-2", "other");
  left.reset();
  CHECK(bench.deliver(*receiver, bench.report("r-1")).status == 200);
  std::sort(told.begin(), told.end());
  CHECK(told == std::vector<std::string>{"first of r-1", "second of r-1"});
  CHECK_FALSE(receiver->wait_for("r-1", 1ms, {}));  // not kept: it has been told

  auto gone = listen("r-3", "gone");
  gone.reset();
  CHECK(bench.deliver(*receiver, bench.report("r-3")).status == 200);
  CHECK(told.size() == 2);
  CHECK(listen("r-3", "late") == nullptr);
  CHECK(told.back() == "late of r-3");
  CHECK_FALSE(receiver->wait_for("r-3", 1ms, {}));
  receiver.reset();  // `other` still listens
}

TEST_CASE("a report to a path below the receiver's own is known by the token there, and still by its request") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  CHECK_FALSE(receiver.wait_for_token("t-1", 1ms, {}));
  CHECK(bench.deliver(receiver, bench.report("r-1"), "/hook/t-1").status == 200);
  CHECK(bench.deliver(receiver, bench.report("r-2")).status == 200);
  CHECK(receiver.tokens() == std::vector<std::pair<std::string, std::string>>{{"t-1", "r-1"}});
  CHECK(receiver.wait_for_token("t-1", 10s, {})->request_id == "r-1");
  CHECK(receiver.wait_for_token("t-1", 10s, {})->request_id == "r-1");  // kept for whoever waits for the request
  CHECK_FALSE(receiver.wait_for_token("", 1ms, {}));
  CHECK(receiver.wait_for("r-1", 10s, {})->token == "t-1");
  CHECK(receiver.tokens().empty());
  for (const char* path : {"/hook/", "/hook/a/b", "/hooks/t", "/", "/other/t-1"})
    CHECK(bench.deliver(receiver, bench.report("r-3"), path).status == 404);
  std::optional<WebhookDelivery> late;
  {
    const std::jthread waiter([&] { late = receiver.wait_for_token("t-4", 600s, {}); });
    CHECK(bench.deliver(receiver, bench.report("r-4"), "/hook/t-4").status == 200);
  }
  REQUIRE(late);
  CHECK(late->request_id == "r-4");
}

TEST_CASE("nobody waits longer than told, and a stop ends a wait") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  CHECK_FALSE(receiver.wait_for("never", 1ms, {}));
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const Error error =
      thrown_by([&] { static_cast<void>(receiver.wait_for("never", 600s, RunContext{.stop = stop.get_token()})); });
  CHECK(error.code() == ErrorCode::interrupted);
}

TEST_CASE("a report is handed over once, however often it is delivered") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  Signed report = bench.report("r-1");
  CHECK(bench.deliver(receiver, report).status == 200);
  CHECK(bench.deliver(receiver, report).status == 200);  // a replay
  report.body += " ";
  report.sign(bench.key);
  CHECK(bench.deliver(receiver, report).status == 200);  // delivered again under another signature
  REQUIRE(receiver.wait_for("r-1", 10s, {}));
  CHECK_FALSE(receiver.wait_for("r-1", 1ms, {}));
  CHECK(bench.deliver(receiver, report).status == 200);
  CHECK_FALSE(receiver.wait_for("r-1", 1ms, {}));
}

TEST_CASE("the request is the one that the body names") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  Signed report = bench.report("r-1");
  report.request_id = "the last attempt's id";
  report.sign(bench.key);
  CHECK(bench.deliver(receiver, report).status == 200);
  CHECK(receiver.wait_for("r-1", 10s, {}));
}

TEST_CASE("what does not verify is refused and reaches nobody") {
  ReceiverBench bench;
  WebhookReceiver receiver(bench.options());
  const SigningKey stranger;
  Signed report = bench.report("r-1");
  int wanted = 0;
  SUBCASE("a stranger's") {
    report.sign(stranger);
    wanted = 401;
  }
  SUBCASE("a changed one") {
    report.body += " ";
    wanted = 401;
  }
  SUBCASE("an old one") {
    report.timestamp = "1500000000";
    report.sign(bench.key);
    wanted = 401;
  }
  SUBCASE("one without a signature") {
    report.signature.clear();
    wanted = 400;
  }
  SUBCASE("one that names no request") {
    report.body = R"({"status":"OK"})";
    report.sign(bench.key);
    wanted = 400;
  }
  SUBCASE("no JSON") {
    report.body = "r-1";
    report.sign(bench.key);
    wanted = 400;
  }
  SUBCASE("no body") {
    report.body.clear();
    report.sign(bench.key);
    wanted = 400;
  }
  CHECK(bench.deliver(receiver, report).status == wanted);
  CHECK_FALSE(receiver.wait_for("r-1", 1ms, {}));
  CHECK(bench.deliver(receiver, bench.report("r-1")).status == 200);
  CHECK(receiver.wait_for("r-1", 10s, {}));
}

TEST_CASE("while the keys cannot be had the service is asked to deliver again") {
  ReceiverBench bench;
  bench.keys_down = true;
  WebhookReceiver receiver(bench.options());
  CHECK(bench.deliver(receiver, bench.report("r-1")).status == 503);
}

TEST_CASE("other paths, other methods and bodies that are too large are refused unread") {
  ReceiverBench bench;
  WebhookReceiverOptions options = bench.options();
  options.max_body_bytes = 1000;
  WebhookReceiver receiver(options);
  Signed report = bench.report("r-1");
  CHECK(bench.deliver(receiver, report, "/").status == 404);
  CHECK(bench.deliver(receiver, report, "/hook", "PUT").status == 405);
  report.body += std::string(1001, ' ');
  report.sign(bench.key);
  CHECK(bench.deliver(receiver, report).status == 413);
  CHECK(bench.keys.requests().empty());
}

TEST_CASE("reports of other users are refused when the own one is named") {
  ReceiverBench bench;
  WebhookReceiverOptions options = bench.options();
  options.user_id = "user-1";
  WebhookReceiver receiver(options);
  Signed report = bench.report("r-1");
  CHECK(bench.deliver(receiver, report).status == 200);
  report = bench.report("r-2");
  report.user_id = "user-2";
  report.sign(bench.key);
  CHECK(bench.deliver(receiver, report).status == 403);
  CHECK_FALSE(receiver.wait_for("r-2", 1ms, {}));
}

TEST_CASE("no more reports are kept than allowed, the newest ones") {
  ReceiverBench bench;
  WebhookReceiverOptions options = bench.options();
  options.kept = 2;
  WebhookReceiver receiver(options);
  for (const char* id : {"a", "b", "c"}) CHECK(bench.deliver(receiver, bench.report(id)).status == 200);
  CHECK_FALSE(receiver.wait_for("a", 1ms, {}));
  CHECK(receiver.wait_for("b", 10s, {}));
  CHECK(receiver.wait_for("c", 10s, {}));
}

TEST_CASE("an address that can't be listened on, or is none, is an error") {
  WebhookReceiverOptions options;
  options.address = "192.0.2.1";  // nobody has it
  CHECK(thrown_by([&] { const WebhookReceiver receiver(options); }).code() == ErrorCode::io);
  options.address = "localhost";
  CHECK(thrown_by([&] { const WebhookReceiver receiver(options); }).code() == ErrorCode::usage);
  options.address = "0.0.0.0";
  CHECK_NOTHROW(WebhookReceiver{options});
  options.path = "hook";
  CHECK(thrown_by([&] { const WebhookReceiver receiver(options); }).code() == ErrorCode::usage);
}
