// SPDX-License-Identifier: Apache-2.0
#include "fal/transfer/download.hpp"

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

struct DownloadBench : Bench {
  void download() { download_result(session, video, path, context); }
  Error error() {
    return thrown_by([this] { download(); });
  }

  TemporaryDirectory folder;
  std::string path = (folder.path() / "out.part").string();
  ResultVideo video = [this] {
    ResultVideo result;
    result.url = server.url("/files/output.mp4?token=abc");
    return result;
  }();
};

/// Not a video, but begins like one.
std::string clip(std::size_t size) {
  std::string bytes(
      "\0\0\0\x20"
      "ftypisom",
      12);
  while (bytes.size() < size) bytes += static_cast<char>(bytes.size() * 31);
  return bytes;
}

std::string half_of(const std::string& content, const std::string& more) {
  return "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: " + std::to_string(content.size()) + "\r\n" +
         more + "\r\n" + content.substr(0, content.size() / 2);
}

}  // namespace

TEST_CASE("a result is downloaded without the key and its progress is told") {
  DownloadBench bench;
  const std::string content = clip(500'000);
  bench.server.otherwise([&](const SeenRequest&) { return answer(200, content, "video/mp4"); });
  bench.video.file_size = 500'000;
  bench.download();
  CHECK(read_file(bench.path) == content);
  CHECK_FALSE(bench.server.requests().at(0).has("authorization"));
  REQUIRE_FALSE(bench.notebook.progresses.empty());
  CHECK(bench.notebook.progresses.back().stage == Stage::download);
  CHECK(bench.notebook.progresses.back().done == 500'000);
  CHECK(bench.notebook.progresses.back().total == 500'000);
  CHECK(bench.notebook.notes.empty());
}

TEST_CASE("redirects are followed, without the key") {
  DownloadBench bench;
  RawServer storage;
  storage.otherwise([](const SeenRequest&) { return answer(200, clip(100), "video/mp4"); });
  bench.server.otherwise(
      [&](const SeenRequest&) { return answer(302, "", "", "Location: " + storage.url("/real?sig=1") + "\r\n"); });
  bench.download();
  CHECK(read_file(bench.path) == clip(100));
  CHECK_FALSE(storage.requests().at(0).has("authorization"));
}

TEST_CASE("a download that stops half way goes on where it stopped when the host can") {
  DownloadBench bench;
  const std::string content = clip(400'000);
  bench.server.script({step::read_request(), step::send(half_of(content, "Accept-Ranges: bytes\r\nETag: \"v1\"\r\n"))});
  bench.server.otherwise([&](const SeenRequest& request) {
    const auto at = std::stoul(request.header("range").substr(6));
    return answer(206, content.substr(at), "video/mp4",
                  "Content-Range: bytes " + std::to_string(at) + "-399999/400000\r\nETag: \"v1\"\r\n");
  });
  bench.download();
  CHECK(read_file(bench.path) == content);
  const auto seen = bench.server.requests();
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].header("range") == "bytes=200000-");
  CHECK(seen[1].header("if-range") == "\"v1\"");
  CHECK(bench.clock.sleeps() == std::vector{500ms});
}

TEST_CASE("a file that has changed meanwhile, or a host without ranges, starts it from nothing") {
  DownloadBench bench;
  const std::string old_content = clip(400'000);
  const std::string content = clip(300'000) + "new";
  bool ranges = false;
  SUBCASE("changed") {
    ranges = true;
    bench.server.script(
        {step::read_request(), step::send(half_of(old_content, "Accept-Ranges: bytes\r\nETag: \"v1\"\r\n"))});
  }
  SUBCASE("no ranges") {
    bench.server.script({step::read_request(), step::send(half_of(old_content, ""))});
  }
  SUBCASE("a weak tag") {
    bench.server.script(
        {step::read_request(), step::send(half_of(old_content, "Accept-Ranges: bytes\r\nETag: W/\"v1\"\r\n"))});
  }
  bench.server.otherwise([&](const SeenRequest&) { return answer(200, content, "video/mp4"); });
  bench.download();
  CHECK(read_file(bench.path) == content);
  CHECK(bench.server.requests().at(1).has("range") == ranges);
}

TEST_CASE("without a tag or a date the size decides whether a download goes on") {
  DownloadBench bench;
  const std::string content = clip(400'000);
  const std::string other = clip(300'000) + "another file";
  bool same = true;
  SUBCASE("the same") {}
  SUBCASE("another") {
    same = false;
  }
  bench.server.script({step::read_request(), step::send(half_of(content, "Accept-Ranges: bytes\r\n"))});
  bench.server.otherwise([&](const SeenRequest& request) {
    const std::string& now = same ? content : other;
    if (!request.has("range")) return answer(200, now, "video/mp4");
    const auto at = std::stoul(request.header("range").substr(6));
    return answer(206, now.substr(at), "video/mp4",
                  "Content-Range: bytes " + std::to_string(at) + "-" + std::to_string(now.size() - 1) + "/" +
                      std::to_string(now.size()) + "\r\n");
  });
  bench.download();
  CHECK(read_file(bench.path) == (same ? content : other));
  const auto seen = bench.server.requests();
  REQUIRE(seen.size() == (same ? 2 : 3));
  CHECK(seen[1].header("range") == "bytes=200000-");
  CHECK_FALSE(seen[1].has("if-range"));
}

TEST_CASE("a range that the host has lost starts from nothing") {
  DownloadBench bench;
  const std::string content = clip(400'000);
  bench.server.script({step::read_request(), step::send(half_of(content, "Accept-Ranges: bytes\r\nETag: \"v1\"\r\n"))});
  bench.server.otherwise([&](const SeenRequest& request) {
    return request.has("range") ? answer(416, "") : answer(200, content, "video/mp4");
  });
  bench.download();
  CHECK(read_file(bench.path) == content);
  CHECK(bench.server.requests().size() == 3);
}

TEST_CASE("a download that always stops half way is a network error") {
  DownloadBench bench;
  for (int i = 0; i < 3; ++i) bench.server.script({step::read_request(), step::send(half_of(clip(1000), ""))});
  const Error error = bench.error();
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(bench.server.connections() == 3);
}

TEST_CASE("a web page or JSON in place of a video is refused") {
  struct Page {
    const char *type, *body;
  };
  for (const Page& page :
       {Page{"text/html", "<html></html>"}, Page{"video/mp4", "  \n<!doctype html>"}, Page{"", "\xEF\xBB\xBF<html>"},
        Page{"application/octet-stream", "{\"detail\":\"expired\"}"}, Page{"application/json", "[]"},
        Page{"text/plain; charset=utf-8", "sorry"}, Page{"video/mp4", ""}}) {
    CAPTURE(std::string(page.type));
    CAPTURE(std::string(page.body));
    DownloadBench bench;
    bench.server.otherwise([&page](const SeenRequest&) { return answer(200, page.body, page.type); });
    const Error error = bench.error();
    CHECK(error.code() == ErrorCode::network);
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("a page that gives way to the video on the next try is no harm") {
  DownloadBench bench;
  bench.server.script({step::read_request(), step::send(answer(200, "<html>warming up</html>", "text/html"))});
  bench.server.otherwise([](const SeenRequest&) { return answer(200, clip(100), "video/mp4"); });
  bench.download();
  CHECK(read_file(bench.path) == clip(100));
}

TEST_CASE("without an announced length the service's file size is the measure") {
  DownloadBench bench;
  bench.video.file_size = 1000;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n\r\n";
  bench.server.script({step::read_request(), step::send(head + clip(600))});
  bench.server.script({step::read_request(), step::send(head + clip(1000))});
  bench.download();
  CHECK(read_file(bench.path) == clip(1000));
}

TEST_CASE("a whole file of another size than the service said is kept, with a note") {
  DownloadBench bench;
  bench.video.file_size = 1000;
  bench.server.otherwise([](const SeenRequest&) { return answer(200, clip(600), "video/mp4"); });
  bench.download();
  CHECK(read_file(bench.path) == clip(600));
  CHECK(bench.notebook.messages("file_size_mismatch").size() == 1);
}

TEST_CASE("a download above the cap is stopped and not tried again") {
  DownloadBench bench;
  bench.options.max_result_bytes = 10'000;
  bench.server.otherwise([](const SeenRequest&) { return answer(200, clip(20'000), "video/mp4"); });
  const Error error = bench.error();
  CHECK(error.code() == ErrorCode::network);
  CHECK_FALSE(error.retryable());
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("a result that is not shown is no verdict on the request, one that is only busy is waited for") {
  DownloadBench bench;
  SUBCASE("not shown") {
    bench.server.otherwise([](const SeenRequest&) { return answer(404, "", ""); });
    CHECK(bench.error().code() == ErrorCode::network);
    CHECK(bench.server.requests().size() == 3);
  }
  SUBCASE("busy") {
    bench.server.script({step::read_request(), step::send(answer(503, "", "", "Retry-After: 2\r\n"))});
    bench.server.otherwise([](const SeenRequest&) { return answer(200, clip(100), "video/mp4"); });
    bench.download();
    CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{2000ms});
  }
}

TEST_CASE("the end of a result's URL is told, and is a warning when it is near") {
  DownloadBench bench;  // its clock stands at 1800000000
  bench.server.otherwise([](const SeenRequest&) { return answer(200, clip(100), "video/mp4"); });
  bench.download();
  CHECK(bench.notebook.messages("result_expires").empty());
  bench.video.url = bench.server.url("/o.mp4?Expires=1800007200&sig=1");
  bench.download();
  REQUIRE(bench.notebook.messages("result_expires").size() == 1);
  CHECK(contains(bench.notebook.messages("result_expires")[0], "2027-01-15T10:00:00"));
  CHECK(bench.notebook.notes.back().level == Note::Level::info);
  bench.video.url = bench.server.url("/o.mp4?Expires=1800000600&sig=1");
  bench.download();
  CHECK(bench.notebook.notes.back().level == Note::Level::warning);
  CHECK(contains(bench.notebook.notes.back().message, "10 min from now"));
}

TEST_CASE("a result that its host does not show any more is said to have expired") {
  for (const int status : {401, 403, 404, 410}) {
    DownloadBench bench;
    bench.video.url = bench.server.url("/o.mp4?Expires=1799999999&sig=1");
    bench.server.otherwise([status](const SeenRequest&) { return answer(status, "<Error/>", "text/xml"); });
    const Error error = bench.error();
    CHECK(error.code() == ErrorCode::refused);
    CHECK(contains(error.detail(), "2027-01-15T07:59:59"));
    CHECK(contains(error.hint(), "react1 result"));
  }
}

TEST_CASE("a host that does not resolve is a network error") {
  DownloadBench bench;
  bench.video.url = "https://no-such-host.invalid/o.mp4?sig=1";
  const Error error = bench.error();
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(bench.clock.sleeps().size() == 2);
}

TEST_CASE("an URL that may not be fetched, and a folder that is not there, are told apart") {
  DownloadBench bench;
  bench.video.url = "http://192.0.2.1/o.mp4";
  CHECK(bench.error().code() == ErrorCode::network);
  bench.video.url = bench.server.url("/o.mp4");
  bench.path = (bench.folder.path() / "none" / "out").string();
  CHECK(bench.error().code() == ErrorCode::io);
  CHECK(bench.server.connections() == 0);
}
