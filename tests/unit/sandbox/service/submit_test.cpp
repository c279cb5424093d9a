// SPDX-License-Identifier: Apache-2.0
// What a submit may ask for, webhooks, and the ledger.
#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "sandbox/protocol/signing_key.hpp"
#include "serve/http_server.hpp"
#include "serve/target.hpp"
#include "support/raw_server.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string kSubmitEndpoint = "/fal-ai/sync-lipsync/react-1";

Json nowhere() {
  return SandboxClient::input("http://127.0.0.1:9/v.mp4", "http://127.0.0.1:9/a.wav");
}

test::HttpResponse submit_with(SandboxClient& client, std::vector<std::string> headers, const std::string& query = "") {
  headers.push_back("Authorization: Key " + client.key);
  return test::exchange({.method = "POST",
                         .url = client.sandbox.url() + kSubmitEndpoint + query,
                         .headers = std::move(headers),
                         .body = nowhere().dump()});
}

std::string base64url_decoded(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    bits = (bits << 6U) | static_cast<std::uint32_t>(alphabet.find(c));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> static_cast<unsigned>(held)) & 255U);
  }
  return bytes;
}

const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// By libcrypto alone, nothing of the signer's.
bool holds(const Json& key_set, const std::string& message, const std::string& hex) {
  const std::string key = base64url_decoded(key_set["keys"][0]["x"].get<std::string>());
  std::string signature;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    signature += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key), key.size()), &EVP_PKEY_free};
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  REQUIRE(public_key);
  REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1);
  return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

std::string signed_message(const test::SeenRequest& seen) {
  return seen.header("x-fal-webhook-request-id") + "\n" + seen.header("x-fal-webhook-user-id") + "\n" +
         seen.header("x-fal-webhook-timestamp") + "\n" + sha256_hex(seen.body);
}

void wait_for_count(const test::RawServer& server, std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (server.count("POST") < count && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  REQUIRE(server.count("POST") >= count);
}

std::string webhook_query(const test::RawServer& receiver) {
  return "?fal_webhook=" + serve::percent_encode(receiver.url("/done?a=1"));
}

}  // namespace

TEST_CASE("a webhook is delivered signed, and again until it is taken") {
  SandboxClient client({.all_ports_reachable = true});
  test::RawServer receiver;
  std::atomic<int> calls = 0;
  receiver.otherwise([&](const test::SeenRequest&) { return test::answer(++calls < 3 ? 500 : 200, ""); });
  const auto id = json_of(submit_with(client, {}, webhook_query(receiver)))["request_id"].get<std::string>();
  wait_for_count(receiver, 3);
  const auto key_set = json_of(test::get(client.sandbox.url() + "/.well-known/jwks.json"));
  for (const auto& seen : receiver.requests()) {
    CHECK(seen.target == "/done?a=1");
    CHECK_FALSE(seen.has("authorization"));
    CHECK(seen.header("x-fal-webhook-request-id") == id);
    const auto signature = seen.header("x-fal-webhook-signature");
    CHECK(signature.size() == 128);
    CHECK(holds(key_set, signed_message(seen), signature));
    CHECK_FALSE(holds(key_set, signed_message(seen) + "x", signature));
    const auto body = Json::parse(seen.body);
    CHECK(body["request_id"] == id);
    CHECK(body["gateway_request_id"] == id);
    CHECK(body["status"] == "ERROR");  // the clips could not be fetched
    CHECK(body["error"] == "Invalid status code: 422");
    CHECK(body["payload"]["detail"][0]["type"] == "file_download_error");
  }
}

TEST_CASE("a webhook's faults: skipped, repeated, with a wrong signature, with an old time") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0},
                        .render = false,
                        .faults = R"({"faults":[
      {"route":"webhook","request":1,"call":1,"do":{"skip":true}},
      {"route":"webhook","request":1,"call":2,"do":{"wrong_signature":true,"repeat":true}},
      {"route":"webhook","request":2,"do":{"timestamp_add_s":-1000}}]})",
                        .all_ports_reachable = true});
  test::RawServer receiver;
  receiver.otherwise([&](const test::SeenRequest&) { return test::answer(200, ""); });
  static_cast<void>(submit_with(client, {}, webhook_query(receiver)));
  wait_for_count(receiver, 2);
  const auto key_set = json_of(test::get(client.sandbox.url() + "/.well-known/jwks.json"));
  for (const auto& seen : receiver.requests()) {
    CHECK_FALSE(holds(key_set, signed_message(seen), seen.header("x-fal-webhook-signature")));
    CHECK(Json::parse(seen.body)["status"] == "OK");
  }
  static_cast<void>(submit_with(client, {}, webhook_query(receiver)));
  wait_for_count(receiver, 3);
  const auto old = receiver.requests().back();
  CHECK(holds(key_set, signed_message(old), old.header("x-fal-webhook-signature")));
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  CHECK(now - std::stoll(old.header("x-fal-webhook-timestamp")) >= 999);
}

TEST_CASE("a webhook to another machine is never sent, and one that is no URL is refused") {
  SandboxClient client;
  CHECK(submit_with(client, {}, "?fal_webhook=https%3A%2F%2Fexample.com%2F").status == 200);
  CHECK(submit_with(client, {}, "?fal_webhook=nonsense").status == 400);
  CHECK(client.sandbox.accepted_submits() == 1);
}

TEST_CASE("clips and webhooks of other services of this machine are left alone, unless they are named") {
  test::RawServer other;
  other.otherwise([](const test::SeenRequest&) { return test::answer(200, "private"); });
  {
    SandboxClient client({.queue_time = std::chrono::milliseconds{0}});
    const auto asked = client.submit(SandboxClient::input(other.url("/admin"), other.url("/metadata")));
    REQUIRE(asked.status == 200);
    static_cast<void>(submit_with(client, {}, webhook_query(other)));
    const auto failed = client.run(SandboxClient::input(other.url("/v"), other.url("/a")));
    CHECK(first_problem(failed)["type"] == "file_download_error");
  }
  CHECK(other.requests().empty());
  SandboxClient client(
      {.queue_time = std::chrono::milliseconds{0}, .reachable_ports = {static_cast<std::uint16_t>(other.port())}});
  static_cast<void>(submit_with(client, {}, webhook_query(other)));
  wait_for_count(other, 1);
}

TEST_CASE("a web page whose name was rebound to this machine gets nothing, and neither does any origin") {
  SandboxClient client;
  const std::string own = client.sandbox.url().substr(std::string("http://").size());
  const std::string port = own.substr(own.find(':'));
  const auto status_for = [&](const std::vector<std::string>& headers) {
    std::vector<std::string> all{"Authorization: Key " + client.key};
    all.insert(all.end(), headers.begin(), headers.end());
    return test::exchange({.url = client.sandbox.url() + "/.well-known/jwks.json", .headers = all}).status;
  };
  for (const std::string& host : {own, "localhost" + port, "LOCALHOST" + port, "[::1]" + port}) {
    CAPTURE(host);
    CHECK(status_for({"Host: " + host}) == 200);
  }
  for (const std::string& host :
       {"evil.example" + port, std::string("127.0.0.1"), std::string("127.0.0.1:1"), "127.0.0.1.evil.example" + port,
        "localhost.evil.example" + port, "evil.example@127.0.0.1" + port, std::string("x")}) {
    CAPTURE(host);
    CHECK(status_for({"Host: " + host}) == 421);
  }
  CHECK(status_for({"Origin: http://evil.example"}) == 403);
  CHECK(status_for({"Origin: null"}) == 403);
  CHECK(status_for({"Origin: http://" + own}) == 403);
  test::HttpRequest paid{.method = "POST", .url = client.sandbox.url() + "/fal-ai/sync-lipsync/react-1"};
  paid.headers = {"Authorization: Key " + client.key, "Host: evil.example" + port};
  paid.body = SandboxClient::input("http://127.0.0.1:9/v", "http://127.0.0.1:9/a").dump();
  CHECK(test::exchange(paid).status == 421);
  CHECK(client.sandbox.accepted_submits() == 0);
}

TEST_CASE("a submit that is nested 60,000 deep is refused, and the sandbox goes on") {
  SandboxClient client;
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  std::string objects;
  for (int i = 0; i < 60'000; ++i) objects += "{\"a\":";
  for (const std::string& body : {deep, "{\"video_url\":" + deep + "}", objects, std::string(900'000, '[')}) {
    CHECK(client.call("POST", "/fal-ai/sync-lipsync/react-1", body).status == 422);
    CHECK(client.call("POST", "/storage/upload/initiate?storage_type=fal-cdn-v3", body).status == 422);
  }
  CHECK(client.call("GET", "/.well-known/jwks.json").status == 200);
  CHECK(client.sandbox.accepted_submits() == 0);
}

TEST_CASE("a request that has not started by its deadline fails, never having run") {
  SandboxClient client({.queue_time = std::chrono::hours{1}});
  for (const char* name : {"X-Fal-Request-Timeout: 0.2", "X-Fal-Request-Start-Timeout: 0.2"}) {
    const auto ids = json_of(submit_with(client, {name}));
    const auto status = client.wait(ids["status_url"].get<std::string>());
    CHECK(status["error_type"] == "request_timeout");
    CHECK_FALSE(status["metrics"].contains("inference_time"));
    const auto result = client.call("GET", ids["response_url"].get<std::string>());
    CHECK(result.status == 504);
    CHECK(result.header("x-fal-request-timeout-type") == "user");
  }
  for (const char* value : {"0.1", "-1", "soon", "nan", "1e99"}) {
    CHECK(submit_with(client, {std::string{"X-Fal-Request-Timeout: "} + value}).status == 400);
  }
}

TEST_CASE("low priority waits behind normal, and a queue that is too long is refused when that was asked") {
  SandboxClient client({.queue_time = std::chrono::hours{1}});
  const auto low = json_of(submit_with(client, {"X-Fal-Queue-Priority: low"}));
  CHECK(low["queue_position"] == 0);
  CHECK(json_of(submit_with(client, {"X-Fal-Queue-Priority: normal"}))["queue_position"] == 0);
  CHECK(json_of(client.call("GET", low["status_url"].get<std::string>()))["queue_position"] == 1);
  CHECK(submit_with(client, {}, "?fal_max_queue_length=1").status == 429);
  CHECK(submit_with(client, {}, "?fal_max_queue_length=2").status == 200);
  CHECK(client.sandbox.accepted_submits() == 3);
}

TEST_CASE("the ledger tells accepted submits, equal intents, delivery and end, and where a key was shown") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "ledger.jsonl";
  const auto clip = folder.path() / "clip.bin";
  write_file_atomically(clip, "no clip");
  {
    SandboxClient client({.queue_time = std::chrono::milliseconds{0}, .ledger = file.string()});
    const auto one = client.upload(clip.string(), "a/b");
    const auto two = client.upload(clip.string(), "a/b");  // other URL, same bytes
    auto input = SandboxClient::input(one, one);
    static_cast<void>(client.run(input));
    static_cast<void>(client.run(SandboxClient::input(two, one)));
    input["temperature"] = 0.6;
    static_cast<void>(client.run(input));
    CHECK(client.submit(Json::object()).status == 422);

    const auto submits = client.sandbox.submits();
    REQUIRE(submits.size() == 3);
    CHECK(submits[0].input_sha256 == submits[1].input_sha256);
    CHECK(submits[0].input_sha256 != submits[2].input_sha256);
    for (std::size_t i = 0; i < submits.size(); ++i) {
      CHECK(submits[i].number == i + 1);
      CHECK(submits[i].answer_delivered == true);
      CHECK(submits[i].state == "failed");
    }
    for (const auto& seen : client.sandbox.requests()) {
      CHECK(seen.authorization == (seen.route != "upload" && seen.route != "file"));
    }
  }
  const std::string text = read_file(file);
  CHECK(text.find("secret") == std::string::npos);     // the key
  CHECK(text.find("signature") == std::string::npos);  // of upload URLs
  std::istringstream lines(text);
  std::size_t accepted = 0, completed = 0, answered = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto event = Json::parse(line)["event"].get<std::string>();
    if (event == "accepted") ++accepted;
    if (event == "completed") ++completed;
    if (event == "answered") ++answered;
  }
  CHECK(accepted == 3);
  CHECK(completed == 3);
  CHECK(answered == 3);
}

TEST_CASE("a ledger that can't be opened is an io error naming it") {
  CHECK_THROWS_WITH_AS(Sandbox({.ledger = "/nonexistent/ledger"}), doctest::Contains("/nonexistent/ledger"), Error);
}
