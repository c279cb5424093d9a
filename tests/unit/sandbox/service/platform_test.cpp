// SPDX-License-Identifier: Apache-2.0
// The platform routes of the sandbox: what they tell, and how a script makes the history lie.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/sandbox_proof.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using test::json_of;
using test::SandboxClient;

namespace {

const std::string kHistory = "/v1/models/requests/by-endpoint";
const std::string kEndpoint = "fal-ai/sync-lipsync/react-1";

Json input(const std::string& video = "v.mp4") {
  return SandboxClient::input("http://127.0.0.1:9/" + video, "http://127.0.0.1:9/a.mp3");
}

SandboxOptions with(const std::string& faults) {
  return {.queue_time = std::chrono::milliseconds{0}, .render = false, .faults = R"({"faults":[)" + faults + "]}"};
}

Json history(SandboxClient& client, const std::string& query = {}) {
  const auto answer = client.call("GET", kHistory + "?endpoint_id=" + kEndpoint + query);
  REQUIRE(answer.status == 200);
  return json_of(answer);
}

std::vector<std::string> listed(SandboxClient& client, const std::string& query = {}) {
  std::vector<std::string> ids;
  const Json page = history(client, query);
  for (const Json& item : page["items"]) ids.push_back(item["request_id"].get<std::string>());
  return ids;
}

std::string submitted(SandboxClient& client, const Json& body = input()) {
  return json_of(client.submit(body))["request_id"].get<std::string>();
}

void check_error(const test::HttpResponse& answer, int status, const std::string& type) {
  CHECK(answer.status == status);
  const Json error = json_of(answer)["error"];
  CHECK(error["type"] == type);
  CHECK(error["message"].is_string());
}

}  // namespace

TEST_CASE("what was submitted is in the history, newest first, with its payload when that is asked for") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0}, .render = false});
  CHECK(listed(client).empty());
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds(1);
  const std::string first = submitted(client);
  const auto status = client.wait("/fal-ai/sync-lipsync/requests/" + first + "/status");
  const std::string second = submitted(client, input("w.mp4"));
  CHECK(listed(client) == std::vector<std::string>{second, first});
  const Json item = history(client, "&expand=payloads")["items"][1];
  CHECK(item["endpoint_id"] == kEndpoint);
  CHECK(item["json_input"] == input());
  CHECK(item["json_output"].contains("video"));
  CHECK(item["status_code"] == 200);
  CHECK(parse_iso8601(item["sent_at"].get<std::string>()).value() > before);
  CHECK(parse_iso8601(item["ended_at"].get<std::string>()));
  CHECK(item["duration"].is_number());
  CHECK_FALSE(history(client)["items"][0].contains("json_input"));
}

TEST_CASE("the history is read in pages") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0}, .render = false});
  for (int i = 0; i < 5; ++i) (void)submitted(client);
  std::vector<std::string> all;
  std::string query = "&limit=2";
  for (int pages = 1;; ++pages) {
    const Json page = history(client, query);
    for (const Json& item : page["items"]) all.push_back(item["request_id"].get<std::string>());
    if (!page["has_more"].get<bool>()) {
      CHECK(pages == 3);
      CHECK(page["next_cursor"].is_null());
      break;
    }
    query = "&limit=2&cursor=" + page["next_cursor"].get<std::string>();
  }
  CHECK(all == listed(client));
}

TEST_CASE("the history is filtered by time, by id and by outcome, and says what is wrong with a question") {
  SandboxClient client({.queue_time = std::chrono::milliseconds{0}, .render = false});
  const std::string id = submitted(client);
  (void)client.wait("/fal-ai/sync-lipsync/requests/" + id + "/status");
  CHECK(listed(client, "&start=2020-01-01T00:00:00Z&end=2021-01-01T00:00:00Z").empty());
  CHECK(listed(client, "&start=2020-01-01T00:00:00Z").size() == 1);
  CHECK(listed(client, "&request_id=" + id).size() == 1);
  CHECK(listed(client, "&request_id=other").empty());
  CHECK(listed(client, "&status=success").size() == 1);
  CHECK(listed(client, "&status=error").empty());
  check_error(client.call("GET", kHistory), 400, "validation_error");
  for (const char* wrong : {"&start=yesterday", "&limit=0", "&limit=101", "&limit=x", "&cursor=x"})
    check_error(client.call("GET", kHistory + "?endpoint_id=" + kEndpoint + wrong), 400, "validation_error");
  CHECK(json_of(client.call("GET", kHistory + "?endpoint_id=fal-ai/other"))["items"].empty());
}

TEST_CASE("a submit is listed as its fault says") {
  SandboxClient client(with(R"(
    {"route": "submit", "request": 1, "do": {"history": {"never": true}}},
    {"route": "submit", "request": 2, "do": {"history": {"after_calls": 2}}},
    {"route": "submit", "request": 3, "do": {"history": {"twice": true}}},
    {"route": "submit", "request": 4, "do": {"history": {"twin": true, "no_payload": true}}},
    {"route": "submit", "request": 5, "do": {"history": {"input": {"extra": 1}, "sent_at_add_s": -500}}},
    {"route": "submit", "request": 6, "do": {"history": {"as": "another", "after_ms": 0}}})"));
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(submitted(client));
  const std::vector<std::string> at_first{"another", ids[4], ids[3], ids[3] + "-twin", ids[2], ids[2]};
  CHECK(listed(client) == at_first);
  CHECK(listed(client) == at_first);
  CHECK(listed(client).back() == ids[1]);  // the third answer
  const Json items = history(client, "&expand=payloads")["items"];
  CHECK(items[1]["json_input"]["extra"] == 1);
  CHECK(items[2]["json_input"].is_null());
  const auto sent = parse_iso8601(items[1]["sent_at"].get<std::string>()).value();
  CHECK(std::chrono::system_clock::now() - sent > std::chrono::seconds(490));
}

TEST_CASE("a request that asked for nothing to be kept, or is not ended, is listed so") {
  SandboxClient client(with(R"({"route": "submit", "request": 2, "do": {"requeue_after_ms": 3600000,
                                                                        "history": {"when_ended": true}}})"));
  const auto kept_out = test::exchange({.method = "POST",
                                        .url = client.sandbox.url() + "/" + kEndpoint,
                                        .headers = {"Authorization: Key " + client.key, "X-Fal-Store-IO: 0"},
                                        .body = input().dump()});
  REQUIRE(kept_out.status == 200);
  const std::string running = submitted(client);
  const Json items = history(client, "&expand=payloads")["items"];
  REQUIRE(items.size() == 1);
  CHECK(items[0]["json_input"].is_null());
  CHECK(items[0]["request_id"] != running);
}

TEST_CASE("faults of the platform's own routes are scripted as all others are") {
  SandboxClient client(with(R"(
    {"route": "history", "do": {"status": 500, "body": {"error": {"type": "server_error", "message": "oh"}}}},
    {"route": "history", "call": 2, "do": {"merge": {"next_cursor": "0", "has_more": true}}},
    {"route": "prices", "do": {"reset": "before"}})"));
  check_error(client.call("GET", kHistory + "?endpoint_id=" + kEndpoint), 500, "server_error");
  CHECK(history(client)["has_more"] == true);
  CHECK(history(client)["has_more"] == false);
  CHECK(client.call("GET", "/v1/models/pricing?endpoint_id=" + kEndpoint).code != 0);
  CHECK(client.call("GET", "/v1/models/pricing?endpoint_id=" + kEndpoint).status == 200);
}

TEST_CASE("prices, estimates and the schema are answered, and errors have the platform's format") {
  SandboxClient client;
  const Json price = json_of(client.call("GET", "/v1/models/pricing?endpoint_id=" + kEndpoint))["prices"][0];
  CHECK(price["endpoint_id"] == kEndpoint);
  CHECK(price["unit_price"] == 10);
  CHECK(price["unit"] == "minutes");
  CHECK(price["currency"] == "USD");
  const Json question{{"estimate_type", "unit_price"}, {"endpoints", {{kEndpoint, {{"unit_quantity", 0.25}}}}}};
  CHECK(json_of(client.call("POST", "/v1/models/pricing/estimate", question.dump()))["total_cost"] == 2.5);
  const Json model =
      json_of(client.call("GET", "/v1/models?endpoint_id=" + kEndpoint + "&expand=openapi-3.0"))["models"][0];
  const Json properties = model["openapi"]["components"]["schemas"]["SyncLipsyncReact1Input"]["properties"];
  CHECK(properties.size() == 6);
  CHECK(properties["emotion"]["enum"].size() == 6);
  check_error(client.call("POST", "/v1/models/pricing/estimate", "{}"), 400, "validation_error");
  check_error(client.call("GET", "/v1/models/pricing?endpoint_id=fal-ai/other"), 404, "not_found");
  check_error(client.call("GET", "/v1/other"), 404, "not_found");
  check_error(client.call("POST", "/v1/models", "{}"), 405, "not_implemented");
  client.key = "wrong";
  check_error(client.call("GET", kHistory + "?endpoint_id=" + kEndpoint), 401, "authorization_error");
  CHECK(client.call("GET", "/v1/models?endpoint_id=" + kEndpoint).status == 200);  // needs no key
}

TEST_CASE("a sandbox proves that it is one, and each run is another") {
  SandboxClient client, other;
  CHECK(client.sandbox.instance() != other.sandbox.instance());
  const std::string challenge = "0123456789abcdef";
  const Json said = json_of(client.call(
      "GET", "/fal-ai/sync-lipsync/requests/" + std::string(kSandboxChallengePrefix) + challenge + "/status"));
  CHECK(said["sandbox"] == client.sandbox.instance());
  CHECK(said["proof"] == sandbox_proof(challenge, client.sandbox.instance()));
  CHECK(client.sandbox.requests().back().route == "identity");
  CHECK(client.sandbox.platform_url() == client.sandbox.url() + "/v1");
}
