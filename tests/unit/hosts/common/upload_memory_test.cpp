// SPDX-License-Identifier: Apache-2.0
// The same content is sent once: across files, programs and restarts, as long as the service surely has it.
#include "hosts/common/upload_memory.hpp"

#include <cerrno>

#include "core/sha256.hpp"
#include "hosts/fal/storage.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/hosts/fal/storage_service.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::hosts;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

struct MemoryBench : Bench {
  MemoryBench() {
    options.upload.memory = (folder.path() / "uploads.sqlite").string();
    write_file_atomically(path, content);
  }
  /// As a program that was started anew would.
  std::string upload(const std::string& sha256 = {}) {
    const auto memory = UploadMemory::open(upload_scope(options), clock);
    return upload_file(session, {path, type, sha256}, context, memory.get()).url;
  }
  [[nodiscard]] std::size_t sent() const { return server.count("PUT"); }

  TemporaryDirectory folder;
  StorageService storage{server};
  std::string path = (folder.path() / "clip.mp4").string();
  std::string content = content_of(500);
  std::string type = "video/mp4";
};

}  // namespace

TEST_CASE("the same content is not sent a second time, whatever its file is called") {
  MemoryBench bench;
  const std::string first = bench.upload();
  bench.path = (bench.folder.path() / "another name.mp4").string();
  write_file_atomically(bench.path, bench.content);
  bench.notebook.progresses.clear();
  CHECK(bench.upload() == first);
  CHECK(bench.sent() == 1);
  CHECK(bench.server.count("POST") == 1);
  CHECK(bench.notebook.messages("upload_reused").size() == 1);
  REQUIRE_FALSE(bench.notebook.progresses.empty());
  CHECK(bench.notebook.progresses.back().done == 500);
  for (const SeenRequest& seen : bench.server.requests()) CHECK(seen.has("authorization") == (seen.method == "POST"));
}

TEST_CASE("a file that lies there already is asked for before it is used again") {
  MemoryBench bench;
  const std::string first = bench.upload();
  SUBCASE("it is gone") {
    bench.storage.lose_files();
  }
  SUBCASE("the host shows another size") {
    bench.storage.fault = [](const SeenRequest& request) {
      return request.method == "GET" && request.target == "/files/1"
                 ? std::optional(answer(206, "x", "", "Content-Range: bytes 0-0/499\r\n"))
                 : std::nullopt;
    };
  }
  SUBCASE("the host does not say") {
    bench.storage.fault = [](const SeenRequest& request) {
      return request.method == "GET" ? std::optional(answer(405, "")) : std::nullopt;
    };
  }
  const std::string second = bench.upload();
  CHECK(second != first);
  CHECK(bench.sent() == 2);
  CHECK(bench.storage.stored(second) == bench.content);
}

TEST_CASE("what is not the same is sent") {
  MemoryBench bench;
  static_cast<void>(bench.upload());
  SUBCASE("another content") {
    bench.content[7] = '!';
    write_file_atomically(bench.path, bench.content);
  }
  SUBCASE("another type") {
    bench.type = "audio/mpeg";
  }
  SUBCASE("another key") {
    bench.options.key = Secret("another:key");
  }
  SUBCASE("another host") {
    bench.options.rest_url = "http://127.0.0.1:9";
  }
  SUBCASE("another lifecycle") {
    bench.options.upload.lifecycle.access = ObjectLifecycle::Access::hide;
  }
  SUBCASE("not wanted") {
    bench.options.upload.reuse = false;
  }
  SUBCASE("nothing is remembered") {
    bench.options.upload.memory.clear();
  }
  static_cast<void>(bench.upload());
  CHECK(bench.sent() == 2);
}

TEST_CASE("an upload counts as there only while it surely lives") {
  MemoryBench bench;
  std::chrono::seconds life = 24h;
  SUBCASE("a day when nothing is said") {}
  SUBCASE("as long as it was asked to live") {
    life = 3h;
    bench.options.upload.lifecycle.expires_after = life;
  }
  static_cast<void>(bench.upload());
  bench.clock.sleep_for(life - 1h - 1s, {});
  static_cast<void>(bench.upload());
  CHECK(bench.sent() == 1);
  bench.clock.sleep_for(1s, {});
  static_cast<void>(bench.upload());
  CHECK(bench.sent() == 2);
}

TEST_CASE("a clock that was set back makes nothing live longer") {
  MemoryBench bench;
  static_cast<void>(bench.upload());
  bench.clock.sleep_for(-2h, {});
  static_cast<void>(bench.upload());
  CHECK(bench.sent() == 2);
}

TEST_CASE("an upload of which less was stored is not remembered") {
  MemoryBench bench;
  bench.storage.fault = [](const SeenRequest& request) {
    return request.method == "GET" ? std::optional(answer(206, "x", "", "Content-Range: bytes 0-0/499\r\n"))
                                   : std::nullopt;
  };
  CHECK(thrown_by([&] { static_cast<void>(bench.upload()); }).code() == ErrorCode::network);
  bench.storage.fault = nullptr;
  static_cast<void>(bench.upload());
  CHECK(bench.sent() == 2);
}

TEST_CASE("a digest that the caller knows is taken, and one that is not the content's stops the upload") {
  MemoryBench bench;
  const std::string first = bench.upload(sha256_hex(bench.content));
  CHECK(bench.upload(sha256_hex(bench.content)) == first);
  CHECK(bench.upload() == first);
  CHECK_THROWS_AS((void)bench.upload("0123"), Error);
}

TEST_CASE("a memory that can't be opened, or breaks, stops no upload") {
  MemoryBench bench;
  SUBCASE("no database") {
    write_file_atomically(bench.options.upload.memory, std::string(5000, 'x'));
  }
  SUBCASE("no folder") {
    bench.options.upload.memory = (bench.folder.path() / "none" / "uploads.sqlite").string();
  }
  SUBCASE("broken later") {
    static_cast<void>(bench.upload());
    store::Database(bench.options.upload.memory).execute("DROP TABLE files");
  }
  const std::size_t before = bench.sent();
  CHECK(bench.storage.stored(bench.upload()) == bench.content);
  CHECK(bench.sent() == before + 1);
}

TEST_CASE("no URL and no key lies on the disk in clear") {
  MemoryBench bench;
  bench.storage.query = "?sig=PLAINSIGNATURE";
  static_cast<void>(bench.upload());
  const std::string text = read_file(bench.options.upload.memory);
  for (const char* secret : {"PLAINSIGNATURE", "/files/", "127.0.0.1", "test-key-id", "test-key-secret"})
    CHECK(text.find(secret) == std::string::npos);
}

TEST_CASE("a memory that fails is left alone for a minute: no upload waits for it again and again") {
  MemoryBench bench;
  FaultyVfs vfs;
  const Content content{std::string(64, 'a'), 500, bench.type};
  {
    const auto memory = UploadMemory::open(upload_scope(bench.options), bench.clock);
    REQUIRE(memory);
    memory->remember(content, "https://v3.fal.media/files/a", bench.clock.wall());
    REQUIRE(memory->find(content));
    vfs.fail({VfsCall::lock, ".sqlite", SQLITE_IOERR_LOCK, ENOLCK});
    CHECK_FALSE(memory->find(content));
    const int failed = vfs.failed();
    CHECK(failed > 0);
    for (int number = 1; number <= 100; ++number) memory->arrived(content, number, "etag");
    CHECK_FALSE(memory->find(content));
    CHECK(vfs.failed() == failed);
    vfs.heal();
    CHECK_FALSE(memory->find(content));  // not looked at yet
    (void)bench.clock.sleep_for(61s, {});
    CHECK(memory->find(content));
  }
}

TEST_CASE("a clip goes up although nothing of it can be remembered") {
  MemoryBench bench;
  FaultyVfs vfs;
  for (const auto& fault : {FaultyVfs::Fault{VfsCall::lock, ".sqlite", SQLITE_IOERR_LOCK, ENOLCK},
                            FaultyVfs::Fault{VfsCall::write, "", SQLITE_FULL, ENOSPC},
                            FaultyVfs::Fault{VfsCall::open, ".sqlite", SQLITE_CANTOPEN, EACCES}}) {
    vfs.fail(fault);
    CHECK_FALSE(bench.upload().empty());
    vfs.heal();
  }
  CHECK(bench.sent() == 3);
}
