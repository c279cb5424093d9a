// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// Sets the variables of a case and takes them away again.
class Environment {
 public:
  Environment() { clear(); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { clear(); }
  void set(const char* name, const char* value) { ::setenv(name, value, /*overwrite=*/1); }

 private:
  static void clear() {
    for (const char* name : {"FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "REACT1_QUEUE_URL", "REACT1_REST_URL"})
      ::unsetenv(name);
  }
};

}  // namespace

TEST_CASE("keys that cannot work are refused before anything is sent, and never shown") {
  for (const char* bad :
       {"", "no-colon", ":test-key-secret", "test-key-id:", "test-key-id:test-key-secret\n",
        "test-key-id:test-key-secret\r", "test-key-id:\x01test-key-secret", " test-key-id:test-key-secret",
        "test-key-id:test-key-secret\xC3\xA4", "\"test-key-id test-key-secret\""}) {
    const Error error = thrown_by([&] { fal::check_key(Secret(bad)); });
    CHECK(error.code() == ErrorCode::auth);
    CHECK_FALSE(error.hint().empty());
    FalOptions options;
    options.key = Secret(bad);
    CHECK(thrown_by([&] { const FalClient client(options); }).code() == ErrorCode::auth);
  }
  CHECK_NOTHROW(fal::check_key(Secret("a:b")));
}

TEST_CASE("the key comes from FAL_KEY, else from its two halves") {
  Environment environment;
  environment.set("FAL_KEY_ID", "id");
  environment.set("FAL_KEY_SECRET", "secret");
  CHECK(fal_options_from_environment().key.expose() == "id:secret");
  environment.set("FAL_KEY", "");
  CHECK(fal_options_from_environment().key.expose() == "id:secret");
  environment.set("FAL_KEY", "whole:key");
  CHECK(fal_options_from_environment().key.expose() == "whole:key");
}

TEST_CASE("a missing or half key is an auth error with a hint") {
  Environment environment;
  const Error none = thrown_by([] { static_cast<void>(fal_options_from_environment()); });
  CHECK(none.code() == ErrorCode::auth);
  CHECK(contains(none.hint(), "FAL_KEY"));
  environment.set("FAL_KEY_ID", "id");
  const Error half = thrown_by([] { static_cast<void>(fal_options_from_environment()); });
  CHECK(half.code() == ErrorCode::auth);
  CHECK(half.where() == "FAL_KEY_SECRET");
  environment.set("FAL_KEY", "a:b\n");
  CHECK(thrown_by([] { static_cast<void>(fal_options_from_environment()); }).code() == ErrorCode::auth);
}

TEST_CASE("hosts come from the environment when they are set") {
  Environment environment;
  environment.set("FAL_KEY", "a:b");
  CHECK(fal_options_from_environment().queue_url == "https://queue.fal.run");
  environment.set("REACT1_QUEUE_URL", "http://127.0.0.1:1");
  environment.set("REACT1_REST_URL", "http://127.0.0.1:2");
  CHECK(fal_options_from_environment().queue_url == "http://127.0.0.1:1");
  CHECK(fal_options_from_environment().rest_url == "http://127.0.0.1:2");
}

TEST_CASE("options that make no sense are named all at once") {
  FalOptions options;
  options.key = Secret("a:b");
  options.retry.attempts = 0;
  options.poll_interval = std::chrono::milliseconds(0);
  const Error error = thrown_by([&] { const FalClient client(options); });
  CHECK(error.code() == ErrorCode::usage);
  CHECK(contains(error.message(), "retry.attempts"));
  CHECK(contains(error.message(), "poll_interval"));
}

TEST_CASE("the key never leaves for a host that is not the service") {
  Bench bench;
  CHECK(thrown_by([&] {
          static_cast<void>(bench.session.with_key(http::Method::get, "https://evil.example/"));
        }).code() == ErrorCode::internal);
  CHECK(bench.session.with_key(http::Method::get, bench.server.url("/x")).headers.find("Authorization") ==
        "Key " + std::string(kKey));
  CHECK_FALSE(bench.session.without_key(http::Method::get, bench.server.url("/x")).headers.has("Authorization"));
}
