// SPDX-License-Identifier: Apache-2.0
#include "hosts/fal/storage.hpp"

#include "core/sha256.hpp"
#include "fal/protocol/wire.hpp"
#include "unit/fal/support.hpp"
#include "unit/hosts/fal/storage_service.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::hosts;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

struct UploadBench : Bench {
  UploadBench() { write_file_atomically(path, content); }

  [[nodiscard]] std::string initiated() const {
    return answer(200, R"({"upload_url":")" + server.url("/put/1?sig=abc") + R"(","file_url":")" +
                           server.url("/files/b/1/in.wav") + "\"}");
  }
  std::string upload() { return upload_file(session, {path, "audio/mpeg"}, context).url; }
  /// A host that shows the first byte of what it has.
  [[nodiscard]] static std::string shown(std::size_t total) {
    return answer(206, "m", "audio/mpeg", "Content-Range: bytes 0-0/" + std::to_string(total) + "\r\n");
  }

  TemporaryDirectory folder;
  std::string path = (folder.path() / "in put.mp3").string();
  std::string content = std::string(300'000, 'm');
};

}  // namespace

TEST_CASE("an upload asks for a signed URL with the key and sends the file there without it") {
  UploadBench bench;
  bench.server.otherwise([&bench](const SeenRequest& request) {
    if (request.method == "GET") return UploadBench::shown(300'000);
    return request.method == "POST" ? bench.initiated() : answer(200, "{}");
  });
  CHECK(bench.upload() == bench.server.url("/files/b/1/in.wav"));
  const auto seen = bench.server.requests();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/storage/upload/initiate?storage_type=fal-cdn-v3");
  CHECK(seen[0].header("authorization") == "Key " + std::string(kKey));
  CHECK(Json::parse(seen[0].body) == Json{{"content_type", "audio/mpeg"}, {"file_name", "in put.mp3"}});
  CHECK(seen[1].method == "PUT");
  CHECK(seen[1].target == "/put/1?sig=abc");
  CHECK(seen[1].body == bench.content);
  CHECK(seen[1].header("content-type") == "audio/mpeg");
  CHECK_FALSE(seen[1].has("authorization"));
  CHECK_FALSE(seen[1].has("x-fal-object-lifecycle"));
  CHECK(seen[2].method == "GET");  // how much was stored
  CHECK(seen[2].target == "/files/b/1/in.wav");
  CHECK(seen[2].header("range") == "bytes=0-0");
  CHECK_FALSE(seen[2].has("authorization"));
  REQUIRE_FALSE(bench.notebook.progresses.empty());
  const Progress last = bench.notebook.progresses.back();
  CHECK(last.stage == Stage::upload);
  CHECK(last.done == 300'000);
  CHECK(last.total == 300'000);
  CHECK(last.unit == "bytes");
}

TEST_CASE("both steps of an upload are retried, and the whole file is sent again") {
  UploadBench bench;
  int posts = 0, puts = 0;
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "POST") return ++posts == 1 ? answer(500, "") : bench.initiated();
    if (request.method == "GET") return answer(405, "");
    return ++puts == 1 ? answer(503, "", "", "Retry-After: 4\r\n") : answer(200, "");
  });
  CHECK_FALSE(bench.upload().empty());
  CHECK(posts == 2);
  CHECK(puts == 2);
  CHECK(bench.server.requests().at(3).body == bench.content);
  CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{500ms, 4000ms});
}

TEST_CASE("a reset in the middle of a PUT is retried") {
  UploadBench bench;
  bench.server.script({step::read_request(), step::send(bench.initiated()), step::read_head(), step::reset()});
  bench.server.otherwise([](const SeenRequest& request) { return answer(request.method == "GET" ? 405 : 200, ""); });
  CHECK_FALSE(bench.upload().empty());
  CHECK(bench.server.count("POST") == 1);
}

TEST_CASE("an initiate that answers with a web page, rubbish or half is retried and then an error") {
  for (const char* body : {"<html></html>", "{", "{}", R"({"upload_url":"https://x/"})", "[]"}) {
    CAPTURE(std::string(body));
    UploadBench bench;
    bench.server.otherwise([body](const SeenRequest&) { return answer(200, body); });
    const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(bench.server.count("POST") == 3);
    CHECK(bench.server.count("PUT") == 0);
  }
}

TEST_CASE("a key that is refused at the upload is an auth error at once") {
  UploadBench bench;
  bench.server.otherwise([](const SeenRequest&) { return answer(401, R"({"detail":"invalid key credentials"})"); });
  CHECK(thrown_by([&] { static_cast<void>(bench.upload()); }).code() == ErrorCode::auth);
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("a storage host that refuses is told with a redacted URL") {
  UploadBench bench;
  bench.server.otherwise([&bench](const SeenRequest& request) {
    return request.method == "POST" ? bench.initiated()
                                    : answer(400, "<Error>SignatureDoesNotMatch</Error>", "text/xml");
  });
  const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
  CHECK(error.code() == ErrorCode::refused);
  CHECK(contains(error.where(), "/put/1?"));
}

TEST_CASE("URLs that are not safe to send a file to are refused") {
  for (const char* urls : {R"({"upload_url":"http://192.0.2.1/put","file_url":"https://f/1"})",
                           R"({"upload_url":"file:///tmp/x","file_url":"https://f/1"})",
                           R"({"upload_url":"https://192.0.2.1/put","file_url":"http://192.0.2.1/x"})"}) {
    UploadBench bench;
    bench.server.otherwise([urls](const SeenRequest&) { return answer(200, urls); });
    CHECK(thrown_by([&] { static_cast<void>(bench.upload()); }).code() == ErrorCode::network);
    CHECK(bench.server.requests().size() == 1);
  }
}

TEST_CASE("a redirect that makes a GET of the PUT is not followed") {
  UploadBench bench;
  bench.server.otherwise([&bench](const SeenRequest& request) {
    return request.method == "POST" ? bench.initiated() : answer(302, "", "", "Location: /other\r\n");
  });
  CHECK(thrown_by([&] { static_cast<void>(bench.upload()); }).code() == ErrorCode::network);
  CHECK(bench.server.count("PUT", "/other") == 0);
}

TEST_CASE("what a stranger answers to an upload says nothing about the key, the URL or the clip") {
  const std::string page = "<html><head><title>Blocked</title></head></html>";
  for (const int status : {302, 400, 401, 402, 403, 404, 407, 413, 422, 451}) {
    for (const bool at_first : {true, false}) {
      CAPTURE(status);
      CAPTURE(at_first);
      UploadBench bench;
      bench.server.otherwise([&](const SeenRequest& request) {
        if (request.method == "POST" && !at_first) return bench.initiated();
        return answer(status, page, "text/html", "Location: https://login.example/\r\n");
      });
      const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
      CHECK(error.code() == ErrorCode::network);
      CHECK(error.retryable());
      CHECK(contains(error.hint(), status == 407 ? "proxy" : "something between here and the service"));
    }
  }
}

TEST_CASE("only the service's own words refuse the key or the account at the upload") {
  for (const std::string& strange : {answer(403, ""), answer(401, "Unauthorized", "text/plain"),
                                     answer(402, R"({"ok":false})"), answer(301, "", "", "Location: /\r\n")}) {
    UploadBench bench;
    bench.server.otherwise([&](const SeenRequest&) { return strange; });
    CHECK(thrown_by([&] { static_cast<void>(bench.upload()); }).code() == ErrorCode::network);
  }
}

TEST_CASE("a file that is missing, empty or a folder is an io error before anything is sent") {
  UploadBench bench;
  write_file_atomically(bench.folder.path() / "empty", "");
  for (const auto& path : {bench.folder.path() / "none", bench.folder.path() / "empty", bench.folder.path()}) {
    const Error error = thrown_by([&] {
      static_cast<void>(upload_file(bench.session, {path.string(), "video/mp4"}, bench.context));
    });
    CHECK(error.code() == ErrorCode::io);
  }
  CHECK(bench.server.connections() == 0);
}

TEST_CASE("a host that says it stored another size makes the upload fail") {
  UploadBench bench;
  std::string shown;
  SUBCASE("less") {
    shown = UploadBench::shown(299'999);
  }
  SUBCASE("nothing") {
    shown = answer(416, "", "", "Content-Range: bytes */0\r\n");
  }
  SUBCASE("more, from a host without ranges") {
    shown = answer(200, std::string(300'001, 'm'), "audio/mpeg");
  }
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "GET") return shown;
    return request.method == "POST" ? bench.initiated() : answer(200, "");
  });
  const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(contains(error.detail(), "of 300000 bytes"));
}

TEST_CASE("a host that does not say how much it stored is believed") {
  for (const std::string& shown :
       {answer(401, ""), answer(403, "<Error/>", "text/xml"), answer(405, ""), answer(500, ""), answer(206, "m"),
        answer(206, "m", "audio/mpeg", "Content-Range: bytes 0-0/*\r\n"), answer(302, "", "", "Location: ftp://x/\r\n"),
        answer(200, "packed", "audio/mpeg", "Content-Encoding: gzip\r\n"), std::string()}) {
    CAPTURE(shown);
    UploadBench bench;
    bench.server.otherwise([&](const SeenRequest& request) {
      if (request.method == "GET") return shown;
      return request.method == "POST" ? bench.initiated() : answer(200, "");
    });
    if (shown.empty()) {  // no answer at all
      bench.server.script({step::read_request(), step::send(bench.initiated()), step::read_request(),
                           step::send(answer(200, "")), step::read_request(), step::reset()});
      bench.server.script({step::read_request(), step::reset()});  // curl tries a fresh connection after a reused one
    }
    CHECK_NOTHROW(static_cast<void>(bench.upload()));
  }
}

TEST_CASE("an upload that something else answered is not there, and fails before anything is paid") {
  for (const std::string& put :
       {answer(200, ""), answer(200, R"({"ok": true})"), answer(204, ""), answer(206, "x", "text/plain")}) {
    for (const int gone : {204, 404, 410}) {
      CAPTURE(put);
      UploadBench bench;
      bench.server.otherwise([&](const SeenRequest& request) {
        if (request.method == "GET") return answer(gone, "");
        return request.method == "POST" ? bench.initiated() : put;
      });
      const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
      CHECK(error.code() == ErrorCode::network);
      CHECK(error.retryable());
      CHECK(bench.server.count("GET") == static_cast<std::size_t>(bench.options.retry.attempts));
    }
  }
}

TEST_CASE("a file that its host shows only after a while is there") {
  UploadBench bench;
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "GET") return bench.server.count("GET") < 3 ? answer(404, "") : UploadBench::shown(300'000);
    return request.method == "POST" ? bench.initiated() : answer(200, "");
  });
  CHECK_NOTHROW(static_cast<void>(bench.upload()));
}

TEST_CASE("a web page in place of a storage host's answer is tried again, and is no success") {
  const std::string page = answer(200, "<html><title>Sign in to WiFi</title></html>", "text/html");
  UploadBench bench;
  bool forever = false;
  SUBCASE("once") {}
  SUBCASE("for ever") {
    forever = true;
  }
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "GET") return UploadBench::shown(300'000);
    if (request.method == "POST") return bench.initiated();
    return forever || bench.server.count("PUT") == 1 ? page : answer(200, "");
  });
  if (forever) {
    const Error error = thrown_by([&] { static_cast<void>(bench.upload()); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(contains(error.detail(), "Sign in"));
  } else {
    CHECK_NOTHROW(static_cast<void>(bench.upload()));
    CHECK(bench.server.count("PUT") == 2);
  }
}

TEST_CASE("the size is not asked for when it is not wanted") {
  UploadBench bench;
  bench.options.upload.check_size = false;
  bench.server.otherwise(
      [&bench](const SeenRequest& request) { return request.method == "POST" ? bench.initiated() : answer(200, ""); });
  static_cast<void>(bench.upload());
  CHECK(bench.server.count("GET") == 0);
}

TEST_CASE("the lifecycle of an upload travels with its initiate, and only there") {
  UploadBench bench;
  bench.options.upload.check_size = false;
  bench.options.upload.lifecycle.expires_after = std::chrono::hours(1);
  bench.options.upload.lifecycle.access = ObjectLifecycle::Access::forbid;
  bench.options.upload.lifecycle.rules = {{"u1", ObjectLifecycle::Access::allow}};
  bench.server.otherwise(
      [&bench](const SeenRequest& request) { return request.method == "POST" ? bench.initiated() : answer(200, ""); });
  static_cast<void>(bench.upload());
  const auto seen = bench.server.requests();
  CHECK(Json::parse(seen.at(0).header("x-fal-object-lifecycle")) == Json::parse(R"({"expiration_duration_seconds":3600,
                        "initial_acl":{"default":"forbid","rules":[{"user":"u1","decision":"allow"}]}})"));
  CHECK_FALSE(seen.at(1).has("x-fal-object-lifecycle"));
}

TEST_CASE("a file that is not what was planned fails its upload, and its place is not remembered") {
  UploadBench bench;
  StorageService storage(bench.server);
  bench.options.upload.memory = (bench.folder.path() / "uploads.sqlite").string();
  const auto memory = UploadMemory::open(upload_scope(bench.options), bench.clock);
  const auto send = [&] {
    return upload_file(bench.session, {bench.path, "video/mp4", sha256_hex(bench.content)}, bench.context, memory.get())
        .url;
  };
  std::string damaged = bench.content;
  damaged[1000] = 'x';
  write_file_atomically(bench.path, damaged);
  const Error error = thrown_by([&] { static_cast<void>(send()); });
  CHECK(error.code() == ErrorCode::io);
  CHECK(error.where() == bench.path);
  write_file_atomically(bench.path, bench.content);
  CHECK(storage.stored(send()) == bench.content);
}

TEST_CASE("the digest of an upload that is sent again is that of the attempt that arrived") {
  UploadBench bench;
  int puts = 0;
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "POST") return bench.initiated();
    if (request.method == "GET") return UploadBench::shown(300'000);
    return ++puts == 1 ? answer(503, "") : answer(200, "");
  });
  CHECK_NOTHROW((void)upload_file(bench.session, {bench.path, "video/mp4", sha256_hex(bench.content)}, bench.context));
  CHECK(puts == 2);
}

TEST_CASE("a storage host's refusal shows its code, and a redirected upload arrives whole and without the key") {
  UploadBench bench;
  RawServer elsewhere;
  elsewhere.otherwise([](const SeenRequest&) { return answer(200, ""); });
  std::string put = answer(403,
                           "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>It &amp; the key "
                           "differ</Message><StringToSign>secret-to-sign</StringToSign></Error>",
                           "application/xml");
  bench.server.otherwise([&](const SeenRequest& request) {
    if (request.method == "GET") return UploadBench::shown(300'000);
    return request.method == "POST" ? bench.initiated() : put;
  });
  const Error refused = thrown_by([&] { static_cast<void>(bench.upload()); });
  CHECK(refused.code() == ErrorCode::refused);
  CHECK(refused.detail() == "SignatureDoesNotMatch: It & the key differ");
  put = answer(307, "", "text/plain", "Location: " + elsewhere.url("/region?sig=abc") + "\r\n");
  CHECK(bench.upload() == bench.server.url("/files/b/1/in.wav"));
  REQUIRE(elsewhere.requests().size() == 1);
  const SeenRequest seen = elsewhere.requests()[0];
  CHECK(seen.body == bench.content);
  CHECK(seen.header("content-type") == "audio/mpeg");
  CHECK_FALSE(seen.has("authorization"));
}
