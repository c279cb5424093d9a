// SPDX-License-Identifier: Apache-2.0
// Reports to a waiting thread, and how often it is woken for them.
#include "http/engine/mailbox.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

namespace {

using namespace react1::http;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("progress is reported periodically, and always at the end") {
  const auto mailbox = std::make_shared<Mailbox>();
  Request request;
  std::int64_t reported = 0, last = 0;
  request.on_sent = [&](std::int64_t done, std::optional<std::int64_t>) {
    CHECK(done > last);
    last = done;
    ++reported;
  };
  const Request loop = mailbox->redirected(request);
  const auto begun = Clock::now();
  constexpr std::int64_t kPieces = 300;
  std::jthread sender([&] {
    for (std::int64_t piece = 1; piece <= kPieces; ++piece) {
      loop.on_sent(piece, kPieces);
      std::this_thread::sleep_for(1ms);
    }
    mailbox->put_outcome(Response{});
  });
  static_cast<void>(mailbox->await(request, {.cancel = [] {}, .proceed = [] {}}));
  CHECK(last == kPieces);
  CHECK(reported >= 2);
  CHECK(reported <= (Clock::now() - begun) / kBetweenReports + 2);  // the first at once, and the last with the end
}
