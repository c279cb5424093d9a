// SPDX-License-Identifier: Apache-2.0
// Where a request ends has to be clear, or a proxy before us sees another one than we do.
#include "serve/framing.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <utility>

#include "serve/http_server.hpp"
#include "support/http_client.hpp"

namespace {

using namespace react1;
using serve::framing_fault;
using serve::HttpServer;

TEST_CASE("what leaves a doubt about the end of a request is a fault") {
  CHECK(framing_fault({}).empty());
  CHECK(framing_fault({{"Host", "x"}, {"Content-Length", "5"}, {"Accept", "a"}, {"accept", "b"}}).empty());
  CHECK(framing_fault({{"Transfer-Encoding", "Chunked"}}).empty());
  for (const serve::RawHeaders& bad : {
           serve::RawHeaders{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
           serve::RawHeaders{{"transfer-encoding", "chunked"}, {"content-length", "0"}},
           serve::RawHeaders{{"Content-Length", "5"}, {"content-length", "5"}},
           serve::RawHeaders{{"Content-Length", "5"}, {"Content-Length", "6"}},
           serve::RawHeaders{{"Content-Length", "5, 5"}},
           serve::RawHeaders{{"Content-Length", "+5"}},
           serve::RawHeaders{{"Content-Length", "-1"}},
           serve::RawHeaders{{"Content-Length", "0x5"}},
           serve::RawHeaders{{"Content-Length", ""}},
           serve::RawHeaders{{"Content-Length", "99999999999999999999"}},
           serve::RawHeaders{{"Transfer-Encoding", "gzip, chunked"}},
           serve::RawHeaders{{"Transfer-Encoding", "identity"}},
           serve::RawHeaders{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
           serve::RawHeaders{{"Host", "a"}, {"Host", "b"}},
           serve::RawHeaders{{"Content-Length ", "5"}},
           serve::RawHeaders{{"X Y", "5"}},
           serve::RawHeaders{{"", "5"}},
           serve::RawHeaders{{"X", "a\r\nb"}},
           serve::RawHeaders{{"X", std::string("a\0b", 3)}},
       }) {
    CAPTURE(bad.front().first);
    CAPTURE(bad.front().second);
    CHECK_FALSE(framing_fault(bad).empty());
  }
}

/// The beginning of the first answer, and whether anything was answered as if it had been understood.
struct Answers {
  std::string first;
  bool served = false;
};

/// A server that takes every request, and what it was asked.
struct Listening {
  /// "[path body]" of each request since the last time.
  std::string taken() {
    const std::lock_guard lock{mutex};
    return std::exchange(seen, {});
  }

  std::mutex mutex;
  std::string seen;
  const HttpServer server{{.connections = {.head = std::chrono::seconds{1}, .idle = std::chrono::seconds{1}}},
                          nullptr,
                          [this](const serve::Request& request, const serve::Reply& reply) {
                            {
                              const std::lock_guard lock{mutex};
                              seen += "[" + request.path + " " + request.body + "]";
                            }
                            reply.send(serve::text_response(200, "text/plain", "ok"));
                          }};
};

Answers ask(const HttpServer& server, const std::string& bytes) {
  const std::string all = test::raw_exchange(server.port(), bytes);
  return {all.substr(0, 12), all.find("HTTP/1.1 2") != std::string::npos};
}

TEST_CASE("no second request is found in the body of an unclear one") {
  Listening listening;
  const std::string head = "POST /first HTTP/1.1\r\nHost: x\r\n";
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string chunks = "0\r\n\r\n";
  for (const std::string& fields : {
           std::string("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
           std::string("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
           std::string("Content-Length: 5\r\nContent-Length: 40\r\n"),
           std::string("Content-Length: 5\r\nContent-Length: 5\r\n"),
           std::string("Content-Length: 5, 5\r\n"),
           std::string("Content-Length: +5\r\n"),
           std::string("Content-Length: 0x5\r\n"),
           std::string("Transfer-Encoding: gzip, chunked\r\n"),
           std::string("Transfer-Encoding: x\r\n"),
           std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
           std::string("Content-Length : 5\r\n"),
           std::string("Content-Length\t: 5\r\n"),
           std::string("Host: y\r\n"),
       }) {
    CAPTURE(fields);
    const Answers answers = ask(listening.server, head + fields + "\r\n" + chunks + smuggled);
    CHECK(answers.first == "HTTP/1.1 400");
    CHECK_FALSE(answers.served);
  }
  CHECK(listening.taken().empty());
}

TEST_CASE("folded fields, bare line feeds and chunk extensions hide nothing") {
  Listening listening;
  const auto paths = [&](const std::string& bytes) {
    static_cast<void>(listening.taken());
    static_cast<void>(test::raw_exchange(listening.server.port(), bytes));
    return listening.taken();
  };
  // Refused, or read as RFC 9112 has it: a fold is a blank, a bare line feed ends a line.
  const std::string folded =
      paths("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX: a\r\n Content-Length: 9\r\n\r\nhi");
  CHECK((folded.empty() || folded == "[/a hi]"));
  const std::string bare = paths("POST /a HTTP/1.1\nHost: x\nContent-Length: 2\n\nhi");
  CHECK((bare.empty() || bare == "[/a hi]"));
  const std::string extended = paths("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"" +
                                     std::string(200, 'x') + "\"\r\nhi\r\n0\r\n\r\n");
  CHECK((extended.empty() || extended == "[/a hi]"));
  // Longer than the connection's memory: no body of that size is kept.
  CHECK(paths("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=" + std::string(1 << 20, 'x')) ==
        "");
}

}  // namespace
