// SPDX-License-Identifier: Apache-2.0
// What the account pays is asked once a day, remembered by account, and never taken from an answer that is not one.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <react1/pipeline.hpp>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "support/environment.hpp"
#include "support/raw_server.hpp"

using namespace react1;
using namespace react1::test;

namespace {

std::string price_answer(const std::string& price, const std::string& unit = "minutes",
                         const std::string& currency = "USD") {
  return answer(200, R"({"prices": [{"endpoint_id": "fal-ai/sync-lipsync/react-1", "unit_price": )" + price +
                         R"(, "unit": ")" + unit + R"(", "currency": ")" + currency + R"("}]})");
}

class Notes final : public Observer {
 public:
  void on_note(const Note& note) override { all.push_back(note); }
  std::vector<Note> all;
};

struct Account {
  explicit Account(const std::string& key = "id-1:secret") {
    platform.otherwise([this](const SeenRequest&) {
      ++asked;
      return reply;
    });
    options.key = Secret(key);
    options.queue_url = options.rest_url = platform.url();
    options.platform_url = platform.url();
    options.retry.attempts = 1;
  }
  Price ask() {
    FalClient client(options);
    return current_price(client, recipe, RunContext{.observer = &notes});
  }
  Price remember() { return remembered_price(options, recipe); }
  [[nodiscard]] std::string memory() const { return (folder.path() / "prices.json").string(); }
  /// Makes the price that is remembered so much older.
  void age(std::chrono::hours by) {
    Json prices = Json::parse(read_file(memory()));
    for (auto& [owner, price] : prices.items()) {
      price["asked_ms"] = price["asked_ms"].get<std::int64_t>() - std::chrono::milliseconds(by).count();
    }
    std::ofstream(memory()) << prices.dump();
  }

  std::atomic<int> asked = 0;
  std::string reply = price_answer("6.5");
  RawServer platform;
  TemporaryDirectory folder;
  ScopedVariable state{"REACT1_STATE_DIR", folder.path().string()};
  FalOptions options;
  Price recipe{.usd_per_minute = 10};
  Notes notes;
};

}  // namespace

TEST_CASE("the account's price is asked once a day, and known without asking for a month") {
  using std::chrono::hours;
  Account account;
  CHECK(account.remember().usd_per_minute == 10);
  const Price live = account.ask();
  CHECK(live.usd_per_minute == Rational(13, 2));
  CHECK_FALSE(live.asked_at.empty());
  CHECK(account.ask().asked_at == live.asked_at);
  CHECK(account.remember().usd_per_minute == Rational(13, 2));
  CHECK(account.asked == 1);
  account.age(hours(25));
  account.reply = price_answer("7");
  CHECK(account.remember().usd_per_minute == Rational(13, 2));
  CHECK(account.ask().usd_per_minute == 7);
  CHECK(account.asked == 2);
  account.age(hours(31 * 24));
  CHECK(account.remember().usd_per_minute == 10);
  CHECK(account.remember().asked_at.empty());
}

TEST_CASE("a clock that was set back asks again") {
  Account account;
  CHECK(account.ask().usd_per_minute == Rational(13, 2));
  account.age(std::chrono::hours(-2));
  CHECK(account.remember().usd_per_minute == 10);
  static_cast<void>(account.ask());
  CHECK(account.asked == 2);
}

TEST_CASE("whatever else answers, the price is the remembered one, else the recipe's, and a note says so") {
  for (const std::string& reply :
       {answer(503, "{}"), answer(403, R"({"error": {"type": "authorization_error", "message": "no"}})"),
        answer(200, "<html>sign in</html>", "text/html"), answer(302, "", "", "Location: http://127.0.0.1:9/\r\n"),
        answer(200, "{}"), answer(200, R"({"prices": []})"), price_answer("\"10\""), price_answer("-1"),
        price_answer("null"), price_answer("6.5", "minutes", "EUR"), price_answer("6.5", "seconds"),
        price_answer("6.5", "")}) {
    CAPTURE(reply);
    Account account;
    account.reply = reply;
    CHECK(account.ask().usd_per_minute == 10);
    REQUIRE(account.notes.all.size() == 1);
    CHECK(account.notes.all[0].code == "price");
    CHECK_FALSE(std::filesystem::exists(account.memory()));
    account.reply = price_answer("6.5");
    CHECK(account.ask().usd_per_minute == Rational(13, 2));
    account.age(std::chrono::hours(25));
    account.reply = answer(503, "{}");
    CHECK(account.ask().usd_per_minute == Rational(13, 2));
  }
}

TEST_CASE("accounts, endpoints and platforms do not share a price, and keys of one account do") {
  Account account;
  static_cast<void>(account.ask());
  const FalOptions first = account.options;
  account.options.key = Secret(std::string("id-2:secret"));
  CHECK(account.remember().usd_per_minute == 10);
  account.options = first;
  account.options.endpoint = "fal-ai/sync-lipsync/v2";
  CHECK(account.remember().usd_per_minute == 10);
  account.options = first;
  account.options.platform_url += "/v1";
  CHECK(account.remember().usd_per_minute == 10);
  account.options = first;
  account.options.key = Secret(std::string("id-1:another"));
  CHECK(account.remember().usd_per_minute == Rational(13, 2));
  CHECK(read_file(account.memory()).find("secret") == std::string::npos);
}

TEST_CASE("a memory that can't be read is as good as none") {
  for (const char* text : {"", "null", "[]", "{", "7", "\xff"}) {
    CAPTURE(std::string(text));
    Account account;
    std::ofstream(account.memory()) << text;
    CHECK(account.remember().usd_per_minute == 10);
    CHECK(account.ask().usd_per_minute == Rational(13, 2));
    CHECK(account.remember().usd_per_minute == Rational(13, 2));
  }
  for (const char* entry :
       {"1", R"({"usd_per_minute": 6.5, "asked_ms": 1})", R"({"usd_per_minute": "x", "asked_ms": 1})",
        R"({"usd_per_minute": "6.5"})", R"({"usd_per_minute": "6.5", "asked_ms": "1"})",
        R"({"usd_per_minute": "99999999999999999999", "asked_ms": 1})"}) {
    CAPTURE(std::string(entry));
    Account account;
    static_cast<void>(account.ask());
    Json prices = Json::parse(read_file(account.memory()));
    for (auto& [owner, price] : prices.items()) price = Json::parse(entry);
    std::ofstream(account.memory()) << prices.dump();
    CHECK(account.remember().usd_per_minute == 10);
  }
}

TEST_CASE("looking for a remembered price makes no folder, and asking makes it") {
  Account account;
  const std::filesystem::path state = account.folder.path() / "not" / "there";
  const ScopedVariable elsewhere("REACT1_STATE_DIR", state.string());
  CHECK(account.remember().usd_per_minute == 10);
  CHECK_FALSE(std::filesystem::exists(state));
  CHECK(account.ask().usd_per_minute == Rational(13, 2));
  CHECK(account.remember().usd_per_minute == Rational(13, 2));
}

TEST_CASE("without a platform nobody is asked") {
  Account account;
  account.options.platform_url.clear();
  CHECK(account.ask().usd_per_minute == 10);
  CHECK(account.remember().usd_per_minute == 10);
  CHECK(account.asked == 0);
}
