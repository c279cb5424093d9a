// SPDX-License-Identifier: Apache-2.0
// Large files in parts: how they are cut, sent, retried, put together and taken up again.
#include "hosts/fal/multipart.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>

#include "core/sha256.hpp"
#include "hosts/fal/part_group.hpp"
#include "hosts/fal/storage.hpp"
#include "unit/hosts/fal/storage_service.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::hosts;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

struct PartsBench : Bench {
  PartsBench() {
    options.upload.multipart_above = 1000;
    options.upload.part_bytes = 300;
    options.upload.memory = (folder.path() / "uploads.sqlite").string();
    write_file_atomically(path, content);
  }
  /// As a program that was started anew would.
  std::string upload() {
    const auto memory = UploadMemory::open(upload_scope(options), clock);
    return upload_file(session, {path, "video/mp4"}, context, memory.get()).url;
  }
  Error upload_error() {
    return thrown_by([this] { static_cast<void>(upload()); });
  }
  [[nodiscard]] std::size_t parts_sent() const { return server.count("PUT"); }

  TemporaryDirectory folder;
  StorageService storage{server};
  std::string path = (folder.path() / "large.mp4").string();
  std::string content = content_of(1001);  // 300, 300, 300 and 101
};

bool is_part(const SeenRequest& request, int number) {
  return request.method == "PUT" && request.target.find("/" + std::to_string(number) + "?") != std::string::npos;
}

}  // namespace

TEST_CASE("a file is cut into parts of which none is empty") {
  const auto sizes = [](std::int64_t bytes, std::int64_t part) {
    std::vector<std::int64_t> found;
    std::int64_t at = 0;
    int number = 0;
    for (const Part& piece : parts_of(bytes, part)) {
      CHECK(piece.offset == at);
      CHECK(piece.number == ++number);
      at += piece.bytes;
      found.push_back(piece.bytes);
    }
    return found;
  };
  CHECK(sizes(1001, 300) == std::vector<std::int64_t>{300, 300, 300, 101});
  CHECK(sizes(900, 300) == std::vector<std::int64_t>{300, 300, 300});
  CHECK(sizes(901, 300) == std::vector<std::int64_t>{300, 300, 300, 1});
  CHECK(sizes(1, 300) == std::vector<std::int64_t>{1});
  constexpr std::int64_t kMiB = 1 << 20;
  CHECK(parts_of(90 * kMiB + 1, 10 * kMiB).size() == 10);
  CHECK(parts_of(90 * kMiB + 1, 10 * kMiB).back().bytes == 1);
}

TEST_CASE("a part's URL has its number before the query") {
  CHECK(below("https://h/a/b?sig=1/2&x=?", "7") == "https://h/a/b/7?sig=1/2&x=?");
  CHECK(below("https://h/a/b", "complete") == "https://h/a/b/complete");
}

TEST_CASE("a file above the threshold goes up in parts, exactly at it whole") {
  PartsBench bench;
  bench.options.upload.multipart_above = 1001;
  static_cast<void>(bench.upload());
  CHECK(bench.server.count("POST", "/storage/upload/initiate?") == 1);
  CHECK(bench.parts_sent() == 1);
  bench.options.upload.multipart_above = 1000;
  bench.options.upload.reuse = false;
  const std::string url = bench.upload();
  CHECK(bench.storage.stored(url) == bench.content);
  CHECK(bench.server.count("POST", "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3") == 1);
  CHECK(bench.parts_sent() == 5);
}

TEST_CASE("parts and their list carry neither key nor content type, and only the initiate sees the key") {
  PartsBench bench;
  static_cast<void>(bench.upload());
  for (const SeenRequest& seen : bench.server.requests()) {
    CAPTURE(seen.target);
    CHECK(seen.has("authorization") == seen.target.starts_with("/storage/"));
    if (seen.method == "PUT") CHECK_FALSE(seen.has("content-type"));
    if (seen.target.find("/complete?") == std::string::npos) continue;
    CHECK(seen.header("content-type") == "application/json");
    CHECK(Json::parse(seen.body).at("parts").at(0) == Json{{"partNumber", 1}, {"etag", "\"e1-1\""}});
  }
}

TEST_CASE("the progress of all parts adds up to the file") {
  PartsBench bench;
  static_cast<void>(bench.upload());
  REQUIRE_FALSE(bench.notebook.progresses.empty());
  for (const Progress& progress : bench.notebook.progresses) {
    CHECK(progress.total == 1001);
    CHECK(progress.done <= 1001);
  }
  CHECK(bench.notebook.progresses.back().done == 1001);
}

TEST_CASE("as many parts travel at the same time as are allowed, and no more") {
  Gate gate;
  std::atomic<int> now = 0, most = 0, waiting = 0;
  const std::atomic<bool> never = false;
  PartsBench bench;
  bench.options.upload.part_bytes = 100;  // 11 parts
  bench.options.upload.parts_at_once = 3;
  bench.storage.fault = [&](const SeenRequest& request) -> std::optional<std::string> {
    if (request.method != "PUT") return std::nullopt;
    const int here = ++now;
    for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
    }
    if (++waiting == 3) gate.open();  // the first three are all here before any is answered
    gate.wait(never);
    --now;
    return std::nullopt;
  };
  static_cast<void>(bench.upload());
  CHECK(most == 3);
  CHECK(bench.parts_sent() == 11);
}

TEST_CASE("a part that fails is sent again alone") {
  PartsBench bench;
  std::atomic<int> tries = 0;
  SUBCASE("by a status") {
    bench.storage.fault = [&](const SeenRequest& request) {
      return is_part(request, 2) && ++tries <= 2 ? std::optional(answer(503, "")) : std::nullopt;
    };
  }
  SUBCASE("by an answer without an etag") {
    bench.storage.fault = [&](const SeenRequest& request) {
      return is_part(request, 2) && ++tries <= 2 ? std::optional(answer(200, "<html/>")) : std::nullopt;
    };
  }
  SUBCASE("by the answer to another part") {
    bench.storage.fault = [&](const SeenRequest& request) {
      return is_part(request, 2) && ++tries <= 2 ? std::optional(answer(200, R"({"partNumber":3,"etag":"x"})"))
                                                 : std::nullopt;
    };
  }
  const std::string url = bench.upload();
  CHECK(bench.storage.stored(url) == bench.content);
  CHECK(bench.parts_sent() == 6);
  CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{500ms, 1000ms});
}

TEST_CASE("a part that keeps failing ends the upload, and the next attempt sends only what is missing") {
  PartsBench bench;
  bench.options.upload.parts_at_once = 1;
  std::atomic<bool> broken = true;
  bench.storage.fault = [&](const SeenRequest& request) {
    return broken && is_part(request, 3) ? std::optional(answer(503, "")) : std::nullopt;
  };
  const Error error = bench.upload_error();
  CHECK(error.code() == ErrorCode::network);
  CHECK(contains(error.what(), "part 3"));
  CHECK(bench.parts_sent() == 2 + 3);
  broken = false;
  const std::string url = bench.upload();
  CHECK(bench.storage.stored(url) == bench.content);
  CHECK(bench.parts_sent() == 2 + 3 + 2);
  CHECK(bench.server.count("POST", "/storage/") == 1);
  CHECK(bench.notebook.messages("upload_resumed").size() == 1);
  CHECK(contains(bench.notebook.messages("upload_resumed").at(0), "2 of 4 parts"));
}

TEST_CASE("nothing of an unfinished upload's URL or of the key lies on the disk in clear") {
  PartsBench bench;
  bench.storage.query = "?sig=PLAINSIGNATURE";
  bench.storage.fault = [&](const SeenRequest& request) {
    return is_part(request, 4) ? std::optional(answer(503, "")) : std::nullopt;
  };
  static_cast<void>(bench.upload_error());
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bench.folder.path())) {
    if (entry.path() == bench.path) continue;
    const std::string text = read_file(entry.path());
    ++files;
    for (const char* secret : {"PLAINSIGNATURE", "127.0.0.1", "test-key-id", "test-key-secret"})
      CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(files > 0);
}

TEST_CASE("an unfinished upload that cannot be gone on with is begun anew") {
  PartsBench bench;
  std::atomic<bool> broken = true;
  bench.storage.fault = [&](const SeenRequest& request) {
    return broken && is_part(request, 4) ? std::optional(answer(503, "")) : std::nullopt;
  };
  SUBCASE("because the host has given it up") {
    static_cast<void>(bench.upload_error());
    bench.storage.lose_uploads();
  }
  SUBCASE("because its URL has ended, as the URL says") {
    bench.storage.query = "?Expires=1800000060&Signature=x";
    static_cast<void>(bench.upload_error());
    bench.clock.sleep_for(2min, {});
  }
  SUBCASE("because it is a day old") {
    static_cast<void>(bench.upload_error());
    bench.clock.sleep_for(25h, {});
  }
  SUBCASE("because the content is another") {
    static_cast<void>(bench.upload_error());
    bench.content[500] = '!';
    write_file_atomically(bench.path, bench.content);
  }
  SUBCASE("because the key is another") {
    static_cast<void>(bench.upload_error());
    bench.options.key = Secret("another:key");
  }
  SUBCASE("because nothing is remembered") {
    bench.options.upload.memory.clear();
    static_cast<void>(bench.upload_error());
  }
  broken = false;
  const std::string url = bench.upload();
  CHECK(bench.storage.stored(url) == bench.content);
  CHECK(bench.server.count("POST", "/storage/") == 2);
}

TEST_CASE("a fresh upload that is refused is an error at once") {
  PartsBench bench;
  bench.storage.fault = [&](const SeenRequest& request) {
    return request.method == "PUT" ? std::optional(answer(403, "<Error>expired</Error>", "text/xml")) : std::nullopt;
  };
  const Error error = bench.upload_error();
  CHECK(error.code() == ErrorCode::refused);
  CHECK(bench.server.count("POST") == 1);
}

TEST_CASE("the list of parts is sent again when its answer was lost, even if the first one had worked") {
  PartsBench bench;
  std::atomic<int> completes = 0;
  SUBCASE("not done yet") {
    bench.storage.fault = [&](const SeenRequest& request) {
      return request.target.find("/complete?") != std::string::npos && ++completes == 1 ? std::optional(answer(502, ""))
                                                                                        : std::nullopt;
    };
  }
  SUBCASE("done") {
    bench.storage.lose_next_completion = true;
  }
  const std::string url = bench.upload();
  CHECK(bench.storage.stored(url) == bench.content);
  CHECK(bench.server.count("POST", "/up/1/complete") == 2);
}

TEST_CASE("a stop ends all parts at once and leaves what has arrived") {
  Gate gate;  // outlives the server that waits for it
  const std::atomic<bool> never = false;
  PartsBench bench;
  bench.storage.fault = [&](const SeenRequest& request) -> std::optional<std::string> {
    if (is_part(request, 1)) return std::nullopt;
    if (request.method == "PUT") {
      bench.stop.request_stop();
      gate.wait(never);
    }
    return std::nullopt;
  };
  const Error error = bench.upload_error();
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(bench.server.count("POST") == 1);
  gate.open();
}

TEST_CASE("a file that became shorter while it was being sent is an io error") {
  PartsBench bench;
  bench.options.upload.parts_at_once = 1;
  bench.storage.fault = [&](const SeenRequest& request) -> std::optional<std::string> {
    if (is_part(request, 1)) std::filesystem::resize_file(bench.path, 400);
    return std::nullopt;
  };
  CHECK(bench.upload_error().code() == ErrorCode::io);
}

TEST_CASE(
    "a file in parts that is not what was planned is not sent, and one that changes on its way is not put together") {
  PartsBench bench;
  SUBCASE("changed before") {
    const Error error = thrown_by([&] {
      const auto memory = UploadMemory::open(upload_scope(bench.options), bench.clock);
      static_cast<void>(upload_file(bench.session, {bench.path, "video/mp4", sha256_hex("another content")},
                                    bench.context, memory.get()));
    });
    CHECK(error.code() == ErrorCode::io);
    CHECK(bench.parts_sent() == 0);
  }
  SUBCASE("changed in the middle") {
    bench.options.upload.parts_at_once = 1;
    bench.storage.fault = [&](const SeenRequest& request) -> std::optional<std::string> {
      if (is_part(request, 2)) {
        std::fstream file(bench.path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(950);  // of part 4
        file << "damaged";
      }
      return std::nullopt;
    };
    CHECK(bench.upload_error().code() == ErrorCode::io);
    for (const SeenRequest& request : bench.server.requests()) {
      CHECK(request.target.find("/complete") == std::string::npos);
    }
    bench.storage.fault = nullptr;
    write_file_atomically(bench.path, bench.content);
    CHECK(bench.storage.stored(bench.upload()) == bench.content);  // the damaged part was not remembered
  }
}
