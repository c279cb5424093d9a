// SPDX-License-Identifier: Apache-2.0
#include "http/policy/url_expiry.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace react1::http;

namespace {

/// Unix seconds; -1 when the URL does not say.
std::int64_t end_of(const std::string& query) {
  const auto end = url_expiry("https://host/file.mp4" + query);
  return end ? std::chrono::duration_cast<std::chrono::seconds>(end->time_since_epoch()).count() : -1;
}

}  // namespace

TEST_CASE("the end of a signed URL is read from what its store signs") {
  constexpr std::int64_t kNoon = 1'795'521'600;  // 2026-11-24T12:00:00Z
  CHECK(end_of("?X-Amz-Date=20261124T120000Z&X-Amz-Expires=3600&X-Amz-Signature=00") == kNoon + 3600);
  CHECK(end_of("?x-amz-expires=60&x-amz-date=20261124T120000Z") == kNoon + 60);
  CHECK(end_of("?X-Goog-Date=20261124T120000Z&X-Goog-Expires=604800") == kNoon + 604'800);
  CHECK(end_of("?Expires=1795521600&Signature=x&Key-Pair-Id=y") == kNoon);
  CHECK(end_of("?sv=2020&se=2026-11-24T12%3A00%3A00Z&sig=z") == kNoon);
  CHECK(end_of("?se=2026-11-24T12:00:00Z") == kNoon);
  CHECK(end_of("?se=2026-11-24") == kNoon - 43'200);
}

TEST_CASE("a URL that does not say when it ends has no end") {
  for (const char* query :
       {"", "?", "?signature=abc", "?X-Amz-Expires=60", "?X-Amz-Date=20261124T120000Z", "?Expires=", "?Expires=soon",
        "?Expires=0", "?Expires=-5", "?Expires=99999999999999999999", "?se=2026", "?se=20261399T000000Z",
        "?X-Amz-Date=19001124T120000Z&X-Amz-Expires=1", "?X-Amz-Date=20261124T120000Z&X-Amz-Expires=x"}) {
    CAPTURE(std::string(query));
    CHECK(end_of(query) == -1);
  }
  CHECK_FALSE(url_expiry("not a URL"));
}
