// SPDX-License-Identifier: Apache-2.0
// What a submit carries beside its body when it is asked to.
#include <react1/webhook.hpp>

#include "fal/queue/queue.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;

namespace {

SeenRequest submitted(const std::function<void(FalOptions&)>& change) {
  Bench bench;
  change(bench.options);
  check_options(bench.options);
  bench.server.otherwise([](const SeenRequest&) { return answer(200, R"({"request_id":"r-1"})"); });
  static_cast<void>(submit_request(bench.session, {}, "https://f/v", "https://f/a", bench.context));
  return bench.server.requests().at(0);
}

}  // namespace

TEST_CASE("a submit names the webhook and the lifecycle of what it makes only when it is told to") {
  const SeenRequest plain = submitted([](FalOptions&) {});
  CHECK(plain.target == "/fal-ai/sync-lipsync/react-1");
  CHECK_FALSE(plain.has("x-fal-object-lifecycle-preference"));
  const SeenRequest told = submitted([](FalOptions& options) {
    options.webhook_url = "https://h.example/cb?a=1";
    options.result_lifecycle.expires_after = std::chrono::seconds(3600);
  });
  CHECK(told.target == "/fal-ai/sync-lipsync/react-1?fal_webhook=https%3a%2f%2fh.example%2fcb%3fa%3d1");
  CHECK(told.header("x-fal-object-lifecycle-preference") == R"({"expiration_duration_seconds":3600})");
}

TEST_CASE("upload, lifecycle and webhook options that make no sense are refused, all at once") {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  options.upload.part_bytes = 0;
  options.upload.parts_at_once = 17;
  options.upload.lifecycle.expires_after = std::chrono::seconds(0);
  options.result_lifecycle.expires_after = std::chrono::seconds(-1);
  options.webhook_url = "h.example/cb";
  const Error error = thrown_by([&] { check_options(options); });
  CHECK(error.code() == ErrorCode::usage);
  for (const char* name : {"upload.part_bytes", "upload.parts_at_once", "upload.lifecycle.expires_after",
                           "result_lifecycle.expires_after", "webhook_url"})
    CHECK(contains(error.message(), name));
}

TEST_CASE("an accepted request says whether its end is reported") {
  Bench bench;
  bench.server.otherwise([](const SeenRequest&) { return answer(200, R"({"request_id":"r-1"})"); });
  CHECK_FALSE(submit_request(bench.session, {}, "https://f/v", "https://f/a", bench.context).webhook);
  bench.options.webhook_url = "https://h.example/cb";
  CHECK(submit_request(bench.session, {}, "https://f/v", "https://f/a", bench.context).webhook);
}

TEST_CASE("a token is added to the path of the webhook, and to nothing when there is none") {
  for (const auto& [url, told] : std::vector<std::pair<std::string, std::string>>{
           {"https://h.example/cb?a=1", "https%3a%2f%2fh.example%2fcb%2ft-1%3fa%3d1"},
           {"https://h.example/cb/", "https%3a%2f%2fh.example%2fcb%2ft-1"},
           {"https://h.example", "https%3a%2f%2fh.example%2ft-1"},
           {"", ""}}) {
    Bench bench;
    bench.options.webhook_url = url;
    bench.server.otherwise([](const SeenRequest&) { return answer(200, R"({"request_id":"r-1"})"); });
    static_cast<void>(submit_request(bench.session, {}, "https://f/v", "https://f/a", bench.context, {.token = "t-1"}));
    CHECK(bench.server.requests().at(0).target ==
          "/fal-ai/sync-lipsync/react-1" + (told.empty() ? "" : "?fal_webhook=" + told));
  }
}

TEST_CASE("a receiver that nobody reports to, and fall-backs that make no sense, are refused") {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  options.webhook_receiver = std::make_shared<WebhookReceiver>();
  options.webhook_poll_interval = std::chrono::milliseconds(0);
  options.webhook_poll_interval_max = std::chrono::milliseconds(-1);
  const Error error = thrown_by([&] { check_options(options); });
  CHECK(error.code() == ErrorCode::usage);
  for (const char* name : {"webhook_receiver", "webhook_poll_interval must", "webhook_poll_interval_max must"})
    CHECK(contains(error.message(), name));
}
