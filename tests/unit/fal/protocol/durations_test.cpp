// SPDX-License-Identifier: Apache-2.0
// Lengths of time at the ends of what can be written, through the whole client.
#include <doctest/doctest.h>

#include <chrono>
#include <climits>
#include <functional>
#include <string>
#include <vector>

#include "support/gzip.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::string done_answer(const SeenRequest& request) {
  const std::string body = request.target.find("/status") != std::string::npos
                               ? R"({"status":"COMPLETED","request_id":"req-1"})"
                               : R"({"video":{"url":"http://127.0.0.1:1/o.mp4"}})";
  return answer(200, gzip(body), "application/json", "Content-Encoding: gzip\r\n");
}

}  // namespace

TEST_CASE("a client waits with limits of any length, and reads packed answers") {
  using Set = std::function<void(FalOptions&, milliseconds)>;
  const std::vector<Set> settings{
      [](FalOptions& options, milliseconds length) { options.max_wait = length; },
      [](FalOptions& options, milliseconds length) { options.max_queue_wait = length; },
      [](FalOptions& options, milliseconds length) { options.stall_timeout = length; },
      [](FalOptions& options, milliseconds length) { options.connect_timeout = length; },
      [](FalOptions& options, milliseconds length) { options.poll_interval_max = length; },
      [](FalOptions& options, milliseconds length) { options.retry.max_delay = length; },
      [](FalOptions& options, milliseconds length) { options.stream_silence = length; },
      [](FalOptions& options, milliseconds length) {
        options.host.breaker_pause = options.host.breaker_pause_max = length;
      },
      [](FalOptions& options, milliseconds length) {
        options.max_wait = options.stall_timeout = options.connect_timeout = options.poll_interval_max = length;
        options.retry.max_delay = options.stream_silence = length;
      },
  };
  RawServer server;
  server.otherwise(done_answer);
  for (std::size_t which = 0; which < settings.size(); ++which) {
    for (const std::int64_t length :
         {std::int64_t{60'000}, std::int64_t{INT_MAX}, std::int64_t{INT_MAX} * 1000,
          std::int64_t{LLONG_MAX} / 1'000'000, std::int64_t{LLONG_MAX} - 1, std::int64_t{LLONG_MAX}}) {
      CAPTURE(which);
      CAPTURE(length);
      FalOptions options = options_for(server);
      settings[which](options, milliseconds(length));
      FalClient client(options);
      const RequestRef request{.request_id = "req-1"};
      CHECK(client.wait(request, RunContext{}).state == QueueStatus::State::completed);
      CHECK(client.status(request, RunContext{}).state == QueueStatus::State::completed);
      CHECK(client.wait_async(request, RunContext{}).get().state == QueueStatus::State::completed);
    }
  }
}

TEST_CASE("a limit of nothing is refused, one of a millisecond ends the waiting") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, R"({"status":"IN_QUEUE","request_id":"req-1"})"); });
  FalOptions options = options_for(server);
  options.max_wait = milliseconds(0);
  CHECK(caught_from([&] { const FalClient client(options); }).code() == ErrorCode::usage);
  options.max_wait = milliseconds(1);
  FalClient client(options);
  const Error ended =
      caught_from([&] { static_cast<void>(client.wait(RequestRef{.request_id = "req-1"}, RunContext{})); });
  CHECK(ended.code() == ErrorCode::network);
}
