// SPDX-License-Identifier: Apache-2.0
#include "media/ff/check.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <limits>
#include <stop_token>

#include "media/ff/interrupt.hpp"

namespace react1::media::ff {
namespace {

TEST_CASE("return codes become the error a person can act on") {
  CHECK(make_error(AVERROR(ENOSPC), "writing", "a.mp4").code() == ErrorCode::io);
  CHECK(make_error(AVERROR(EACCES), "opening", "a.mp4").code() == ErrorCode::io);
  CHECK(make_error(AVERROR(ENOENT), "opening", "a.mp4").message() == "no such file");
  CHECK(make_error(AVERROR_EXIT, "reading", "a.mp4").code() == ErrorCode::interrupted);
  CHECK(make_error(AVERROR_INVALIDDATA, "reading", "a.mp4").code() == ErrorCode::media);
  CHECK(make_error(AVERROR_HTTP_NOT_FOUND, "opening", "http://h/a").message() == "the server answered HTTP 404");
  CHECK_FALSE(make_error(AVERROR_HTTP_NOT_FOUND, "opening", "http://h/a").retryable());
  CHECK(make_error(AVERROR_HTTP_SERVER_ERROR, "opening", "http://h/a").retryable());
}

TEST_CASE("a failing read is the disk's fault for a file and the network's for a URL") {
  CHECK(make_error(AVERROR(EIO), "reading", "a.mp4").code() == ErrorCode::io);
  CHECK(make_error(AVERROR(EIO), "reading", "https://h/a.mp4").code() == ErrorCode::network);
}

TEST_CASE("check passes what is no failure and throws the rest") {
  CHECK(check(7, "counting", "a") == 7);
  CHECK_THROWS_AS(check(AVERROR(ENOMEM), "counting", "a"), Error);
}

TEST_CASE("rationals cross over only when they fit") {
  CHECK(to_av(Rational{30000, 1001}).num == 30000);
  CHECK_THROWS_AS((void)to_av(Rational{std::numeric_limits<std::int64_t>::max(), 1}), Error);
}

/// What FFmpeg does while it waits: asks the callback whether to continue.
bool ask(Interrupt& interrupt) {
  const AVIOInterruptCB callback = interrupt.callback();
  return callback.callback(callback.opaque) != 0;
}

TEST_CASE("a stop ends a blocking operation and is distinguished from a stall") {
  std::stop_source stop;
  Interrupt interrupt{stop.get_token(), std::chrono::hours{1}};
  interrupt.begin();
  CHECK_FALSE(ask(interrupt));
  CHECK_FALSE(interrupt.error("a.mp4").has_value());
  stop.request_stop();
  CHECK(ask(interrupt));
  REQUIRE(interrupt.error("a.mp4"));
  CHECK(interrupt.error("a.mp4")->code() == ErrorCode::interrupted);
}

TEST_CASE("a source without data is a stall: network for a URL, media for a file") {
  Interrupt interrupt{std::stop_token{}, std::chrono::milliseconds{0}};
  interrupt.begin();
  CHECK(ask(interrupt));
  CHECK(interrupt.cause() == Interrupt::Cause::stall);
  CHECK(interrupt.error("http://h/a")->code() == ErrorCode::network);
  CHECK(interrupt.error("a.mp4")->code() == ErrorCode::media);
}

TEST_CASE("bytes that arrive put off a stall") {
  AVIOContext io{};
  Interrupt interrupt{std::stop_token{}, std::chrono::milliseconds{0}};
  interrupt.watch(&io);
  interrupt.begin();
  io.bytes_read = 1;
  CHECK_FALSE(ask(interrupt));
  CHECK(ask(interrupt));  // nothing new since
}

TEST_CASE("an operation that reads a source over and over is ended") {
  AVIOContext io{};
  Interrupt interrupt{std::stop_token{}, std::chrono::hours{1}};
  interrupt.watch(&io, /*source_bytes=*/1000);
  interrupt.begin();
  io.bytes_read = 1000;
  CHECK_FALSE(ask(interrupt));
  io.bytes_read = std::int64_t{1} << 40;
  CHECK(ask(interrupt));
  CHECK(interrupt.cause() == Interrupt::Cause::circles);
  CHECK(interrupt.error("a.mp4")->code() == ErrorCode::media);
}

}  // namespace
}  // namespace react1::media::ff
