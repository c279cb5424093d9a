// SPDX-License-Identifier: Apache-2.0
// Sources behind http: what a server can answer, against a real one on the loopback.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <react1/error.hpp>
#include <react1/media.hpp>

#include "core/atomic_file.hpp"
#include "support/eventually.hpp"
#include "support/paths.hpp"

namespace react1 {
namespace {

/// Answers every connection's request with what `answer(request head)` gives, then closes it. An empty answer keeps the
/// connection open and silent until the end.
class TinyServer {
 public:
  explicit TinyServer(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;
  ~TinyServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
    for (const int silent : silent_) ::close(silent);
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void serve() {
    for (;;) {
      const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      std::string head;
      char buffer[4096];
      while (head.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(client, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        head.append(buffer, static_cast<std::size_t>(got));
      }
      const std::string reply = answer_(head);
      if (reply.empty()) {
        silent_.push_back(client);
        continue;
      }
      for (std::size_t sent = 0; sent < reply.size();) {
        const ssize_t count = ::send(client, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
      }
      ::close(client);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::vector<int> silent_;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body, const std::string& more_headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
         "Connection: close\r\n\r\n" + body;
}

Error failure_of(const std::string& url) {
  try {
    (void)probe(url);
  } catch (const Error& error) {
    return error;
  }
  FAIL("probed: ", url);
  return Error{ErrorCode::internal, "", ""};
}

TEST_CASE("a clip behind a URL is measured like the file, and its signature never shown") {
  const std::string clip = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  const TinyServer server{[&](const std::string&) { return answer("200 OK", clip); }};
  const MediaInfo info = probe(server.url("/clip.mp4?X-Signature=secret"));
  REQUIRE(info.video);
  CHECK(info.video->frames == 150);
  CHECK(info.path.find("secret") == std::string::npos);
  CHECK(info.path.find("/clip.mp4") != std::string::npos);
}

TEST_CASE("an HTTP failure is a network error with its status, and only a server's fault is worth trying again") {
  const TinyServer server{[](const std::string& head) {
    return head.rfind("GET /absent", 0) == 0 ? answer("404 Not Found", "") : answer("503 Service Unavailable", "");
  }};
  const Error absent = failure_of(server.url("/absent.mp4"));
  CHECK(absent.code() == ErrorCode::network);
  CHECK(absent.message().find("404") != std::string::npos);
  CHECK_FALSE(absent.retryable());
  const Error busy = failure_of(server.url("/clip.mp4"));
  CHECK(busy.code() == ErrorCode::network);
  CHECK(busy.retryable());
}

TEST_CASE("a redirect can't lead to a local file") {
  const std::string target = test::fixture("presenter_h264_25fps_6s.mp4");
  const TinyServer server{
      [&](const std::string&) { return answer("302 Found", "", "Location: file://" + target + "\r\n"); }};
  CHECK(failure_of(server.url("/clip.mp4")).code() != ErrorCode::internal);
}

TEST_CASE("a playlist behind a URL can't make the program open another address") {
  bool asked_for_more = false;
  const TinyServer server{[&](const std::string& head) {
    if (head.rfind("GET /list.mp4", 0) != 0) asked_for_more = true;
    return answer("200 OK", "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n/other.ts\n#EXT-X-ENDLIST\n");
  }};
  CHECK(failure_of(server.url("/list.mp4")).code() == ErrorCode::media);
  CHECK_FALSE(asked_for_more);
}

TEST_CASE("an HTML page is no media") {
  const TinyServer server{
      [](const std::string&) { return answer("200 OK", "<html><body>Please sign in.</body></html>"); }};
  CHECK(failure_of(server.url("/clip.mp4")).code() == ErrorCode::media);
}

TEST_CASE("a body that breaks off is a network error, not a short clip") {
  const std::string clip = read_file(test::fixture("presenter_h264_25fps_6s.mp4"));
  const TinyServer server{[&](const std::string&) {
    const std::string whole = answer("200 OK", clip);
    return whole.substr(0, whole.size() / 2);
  }};
  const Error broken = failure_of(server.url("/clip.mp4"));
  CHECK(broken.code() == ErrorCode::network);
  CHECK(broken.retryable());
}

TEST_CASE("a server that says nothing is given up, and a stop does not wait for it") {
  std::atomic<int> requests = 0;
  const TinyServer server{[&](const std::string&) {
    ++requests;
    return std::string{};
  }};
  try {
    (void)probe(server.url("/clip.mp4"), SourceOptions{.stall_timeout = std::chrono::milliseconds{200}}, RunContext{});
    FAIL("probed");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.message() == "no data for 0.2 s");
  }
  std::stop_source stop;
  RunContext context;
  context.stop = stop.get_token();
  std::jthread stopper{[&, before = requests.load()] {
    (void)test::eventually([&] { return requests > before; });
    stop.request_stop();
  }};
  try {
    (void)probe(server.url("/clip.mp4"), SourceOptions{.stall_timeout = std::chrono::minutes{10}}, context);
    FAIL("probed");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}

}  // namespace
}  // namespace react1
