// SPDX-License-Identifier: Apache-2.0
// Clients that all ask at the same instant.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <future>
#include <string>
#include <string_view>

#include "core/descriptor.hpp"
#include "serve/http_server.hpp"
#include "support/loopback.hpp"

namespace {

using react1::Descriptor;
using react1::serve::HttpServer;
using react1::serve::Reply;
using react1::serve::Request;

/// A connection on which the asking and the listening are two steps.
class Client {
 public:
  explicit Client(int port) : socket_(react1::test::connect_to(port)) {
    REQUIRE(socket_.is_open());
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  void ask(std::string_view path) const {
    const std::string request = "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    REQUIRE(::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
  }

  /// The next answer, which is short; empty when none comes.
  [[nodiscard]] std::string answer() const {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

 private:
  Descriptor socket_;
};

}  // namespace

TEST_CASE("as many requests at once as libmicrohttpd looks at in one go are answered like any other number") {
  constexpr int kLooksAt = 128;  // MAX_EVENTS of its daemon.c
  std::promise<void> held, go_on;
  const HttpServer server{
      {.connections = {.most = 2 * kLooksAt}}, nullptr, [&](const Request& request, const Reply& reply) {
        if (request.path == "/hold") {
          held.set_value();
          go_on.get_future().wait();
        }
        reply.send(react1::serve::text_response(200, "text/plain", "well"));
      }};
  std::deque<Client> clients;
  for (int i = 0; i < kLooksAt; ++i) {
    clients.emplace_back(server.port()).ask("/first");
    REQUIRE(clients.back().answer().ends_with("well"));  // so it is accepted, and nothing of it is pending
  }
  const Client holder(server.port());
  holder.ask("/hold");  // the server's thread sees nothing while the others ask
  held.get_future().wait();
  for (const Client& client : clients) client.ask("/second");
  go_on.set_value();
  CHECK(holder.answer().ends_with("well"));
  for (const Client& client : clients) REQUIRE(client.answer().ends_with("well"));
}
