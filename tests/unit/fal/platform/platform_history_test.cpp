// SPDX-License-Identifier: Apache-2.0
// The request history is read whole or not at all.
#include "fal/platform/platform_history.hpp"

#include <fmt/format.h>

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;

namespace {

using namespace std::chrono_literals;

std::string item(const std::string& id, const std::string& more = R"("json_input":{"a":1})") {
  return R"({"request_id":")" + id +
         R"(","endpoint_id":"fal-ai/sync-lipsync/react-1","sent_at":"2027-01-15T08:00:00.25Z","started_at":null,)"
         R"("ended_at":null,"status_code":null,"duration":null,)" +
         more + "}";
}

std::string page(const std::string& items, const std::string& cursor = "null", bool more = false) {
  return R"({"items":[)" + items + R"(],"next_cursor":)" + cursor + R"(,"has_more":)" + (more ? "true" : "false") + "}";
}

struct HistoryBench : Bench {
  HistoryBench() {
    options.platform_url = server.url("/v1");
    options.retry = {.attempts = 1};
    query.start = clock.wall() - 1h;
    query.end = clock.wall();
  }
  [[nodiscard]] std::vector<HistoryEntry> read() {
    const fal::Session own{options, transport, clock, [] { return 1.0; }};
    return fal::read_history(own, query, context);
  }
  [[nodiscard]] std::string failure() {
    const Error error = thrown_by([&] { (void)read(); });
    CHECK(error.code() == ErrorCode::network);
    return error.what();
  }
  HistoryQuery query;
};

}  // namespace

TEST_CASE("all pages are read, by the cursors that the answers name") {
  HistoryBench bench;
  bench.server.otherwise([](const SeenRequest& seen) {
    if (contains(seen.target, "cursor=a%26b")) return answer(200, page(item("r2"), "\"c\"", true));
    if (contains(seen.target, "cursor=c")) return answer(200, page(item("r3")));
    return answer(200, page(item("r1"), "\"a&b\"", true));
  });
  const auto entries = bench.read();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].request_id == "r1");
  CHECK(entries[2].request_id == "r3");
  CHECK(entries[0].endpoint == "fal-ai/sync-lipsync/react-1");
  CHECK(entries[0].input_json == R"({"a":1})");
  CHECK(entries[0].sent_at == std::chrono::system_clock::from_time_t(1'800'000'000) + 250ms);
  CHECK_FALSE(entries[0].ended_at);
  CHECK_FALSE(entries[0].status_code);
  const std::string target = bench.server.requests().at(0).target;
  for (const char* part : {"endpoint_id=fal-ai%2fsync-lipsync%2freact-1", "start=2027-01-15T07%3a00%3a00.000Z",
                           "end=2027-01-15T08%3a00%3a00.000Z", "expand=payloads", "limit=100"}) {
    CHECK(contains(target, part));
  }
  CHECK(bench.server.requests().at(0).has("authorization"));
}

TEST_CASE("entries without payload, or with one that is no object, have none") {
  HistoryBench bench;
  bench.server.otherwise([](const SeenRequest&) {
    return answer(200, page(item("r1", R"("json_input":null)") + "," + item("r2", R"("json_output":{})") + "," +
                            item("r3", R"("json_input":"text")") + "," + item("r4", R"("json_input":[])")));
  });
  for (const HistoryEntry& entry : bench.read()) CHECK(entry.input_json.empty());
}

TEST_CASE("a history that lies about its pages is not read as a part of it") {
  SUBCASE("cursors that lead in a circle") {
    HistoryBench bench;
    bench.server.otherwise([](const SeenRequest&) { return answer(200, page(item("r1"), "\"same\"", true)); });
    CHECK(contains(bench.failure(), "cursors repeat"));
    CHECK(bench.server.requests().size() == 2);
  }
  SUBCASE("a circle of several") {
    HistoryBench bench;
    int number = 0;
    bench.server.otherwise(
        [&](const SeenRequest&) { return answer(200, page("", "\"" + std::to_string(number++ % 3) + "\"", true)); });
    CHECK(contains(bench.failure(), "cursors repeat"));
  }
  SUBCASE("more, without a cursor") {
    HistoryBench bench;
    bench.server.otherwise([](const SeenRequest&) { return answer(200, page(item("r1"), "null", true)); });
    CHECK(contains(bench.failure(), "without a cursor"));
  }
  SUBCASE("entries or pages that can't be read") {
    for (const std::string& body :
         {page("{}"), page(item("")), page(item("a b")), page("null"), page("[]"),
          page(R"({"request_id":"r1","sent_at":"yesterday"})"), page(R"({"request_id":"r1","sent_at":17})"),
          std::string(R"({"items":{}})"), std::string(R"({"has_more":false})"),
          std::string(R"({"items":[],"has_more":"no"})")}) {
      CAPTURE(body);
      HistoryBench bench;
      bench.server.otherwise([&](const SeenRequest&) { return answer(200, body); });
      CHECK(contains(bench.failure(), "can't be read"));
    }
  }
}

TEST_CASE("what is read is bounded by pages, bytes and time") {
  const auto endless = [](HistoryBench& bench, std::chrono::milliseconds each) {
    auto number = std::make_shared<int>(0);
    bench.server.otherwise([number, each, &bench](const SeenRequest&) {
      static_cast<void>(bench.clock.sleep_for(each, {}));
      return answer(200, page(item("r" + std::to_string(*number)), fmt::format("\"{}\"", ++*number), true));
    });
  };
  SUBCASE("pages") {
    HistoryBench bench;
    bench.query.max_pages = 5;
    endless(bench, 0ms);
    CHECK(contains(bench.failure(), "more than 5 pages"));
    CHECK(bench.server.requests().size() == 5);
  }
  SUBCASE("bytes") {
    HistoryBench bench;
    bench.query.max_bytes = 1000;
    endless(bench, 0ms);
    CHECK_FALSE(bench.failure().empty());
    CHECK(bench.server.requests().size() < 10);
  }
  SUBCASE("time") {
    HistoryBench bench;
    bench.query.max_time = 10s;
    endless(bench, 4s);
    CHECK(contains(bench.failure(), "too long"));
    CHECK(bench.server.requests().size() == 3);
  }
}
