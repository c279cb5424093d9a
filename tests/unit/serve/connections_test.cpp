// SPDX-License-Identifier: Apache-2.0
// Strangers who connect and say nothing, or say it slowly: neither the server nor its process suffers.
#include "serve/connections.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <thread>

#include "core/descriptor.hpp"
#include "serve/http_server.hpp"
#include "support/child.hpp"
#include "support/http_client.hpp"
#include "support/loopback.hpp"

namespace {

using namespace react1;
using namespace std::chrono_literals;
using serve::Connections;
using serve::HttpServer;
using std::chrono::steady_clock;

void well(const serve::Request& /*request*/, const serve::Reply& reply) {
  reply.send(serve::text_response(200, "text/plain", "well"));
}

Descriptor connect_to(int port) {
  Descriptor socket = test::connect_to(port);
  REQUIRE(socket.is_open());
  return socket;
}

bool send_text(const Descriptor& socket, std::string_view text) {
  return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// Sends a byte now and then until the other end is closed; how long that took.
std::chrono::milliseconds trickle(const Descriptor& socket, char byte, std::chrono::milliseconds patience) {
  const auto begin = steady_clock::now();
  while (steady_clock::now() - begin < patience) {
    pollfd ready{socket.get(), POLLIN, 0};
    std::array<char, 256> buffer{};
    if (::poll(&ready, 1, 20) > 0 && ::recv(socket.get(), buffer.data(), buffer.size(), 0) <= 0) break;
    if (!send_text(socket, {&byte, 1})) break;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
}

sockaddr_in peer(const char* text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  REQUIRE(::inet_pton(AF_INET, text, &address.sin_addr) == 1);
  return address;
}

const sockaddr* of(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

TEST_CASE("1,100 connections that say nothing leave room for one that does") {
  rlimit descriptors{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &descriptors) == 0);
  descriptors.rlim_cur = descriptors.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &descriptors));
  const HttpServer server{{}, nullptr, well};
  std::deque<Descriptor> silent;
  for (int i = 0; i < 1100; ++i) silent.push_back(connect_to(server.port()));
  const auto begin = steady_clock::now();
  CHECK(test::get(server.url() + "/").status == 200);
  MESSAGE("answered after ", std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count(),
          " ms");
  CHECK(server.connections().displaced() >= 900);
}

TEST_CASE("a head, and the next request's head, have to come in time, however busily they come") {
  const HttpServer server{{.connections = {.head = 300ms, .idle = 400ms}}, nullptr, well};
  CHECK(trickle(connect_to(server.port()), 'a', 20s) < 15s);
  const Descriptor second = connect_to(server.port());
  REQUIRE(send_text(second, "GET / HTTP/1.1\r\nHost: x\r\nX: "));
  CHECK(trickle(second, 'x', 20s) < 15s);
  const Descriptor again = connect_to(server.port());
  REQUIRE(send_text(again, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::array<char, 512> buffer{};
  REQUIRE(::recv(again.get(), buffer.data(), buffer.size(), 0) > 0);
  CHECK(trickle(again, 'G', 20s) < 15s);
  CHECK(server.connections().late() == 3);
}

TEST_CASE("a body has to come in time, an answer may take any") {
  const HttpServer server{{.connections = {.head = 200ms, .idle = 200ms, .body = 300ms}},
                          nullptr,
                          [](const serve::Request& request, const serve::Reply& reply) {
                            if (request.path == "/late") std::this_thread::sleep_for(1s);
                            well(request, reply);
                          }};
  const Descriptor slow = connect_to(server.port());
  REQUIRE(send_text(slow, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
  CHECK(trickle(slow, 'b', 20s) < 15s);
  CHECK(server.connections().late() == 1);
  CHECK(test::get(server.url() + "/late").status == 200);
}

TEST_CASE("one address may not take all connections, this machine's own may") {
  Connections connections({.most = 100, .most_per_peer = 2});
  const auto now = steady_clock::now();
  const sockaddr_in one = peer("203.0.113.1"), two = peer("203.0.113.2"), own = peer("127.0.0.1");
  for (const int socket : {-11, -12}) {
    CHECK(connections.admits(of(one)));
    connections.opened(socket, of(one), now);
  }
  CHECK_FALSE(connections.admits(of(one)));
  CHECK(connections.admits(of(two)));
  connections.closed(-11);
  CHECK(connections.admits(of(one)));
  for (int socket = -40; socket < -20; ++socket) connections.opened(socket, of(own), now);
  CHECK(connections.admits(of(own)));
}

TEST_CASE("the one that has owed its head for longest goes first, never one that waits for our answer") {
  // Pairs of sockets, so that what is shut down can be seen at the other end.
  constexpr int kCount = 4;
  std::array<std::array<int, 2>, kCount> pairs{};
  std::deque<Descriptor> owned;
  for (auto& pair : pairs) {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    for (const int end : pair) owned.emplace_back(end);
  }
  const auto is_ended = [&](int number) {
    char byte = 0;
    return ::recv(pairs.at(static_cast<std::size_t>(number))[1], &byte, 1, MSG_DONTWAIT) == 0;
  };
  Connections connections({.most = 3});
  const auto now = steady_clock::now();
  const sockaddr_in own = peer("127.0.0.1");
  for (int i = 0; i < 3; ++i) connections.opened(pairs.at(static_cast<std::size_t>(i))[0], of(own), now + i * 1s);
  connections.head_came(pairs[0][0], now + 3s);  // the oldest has said what it wants
  connections.body_came(pairs[0][0]);
  connections.opened(pairs[3][0], of(own), now + 3s);
  CHECK_FALSE(is_ended(0));
  CHECK(is_ended(1));
  CHECK_FALSE(is_ended(2));
  CHECK_FALSE(is_ended(3));
  CHECK(connections.displaced() == 1);
  CHECK(connections.end_late_ones(now + 1h));  // the one that waits for us stays
  CHECK_FALSE(is_ended(0));
  CHECK(is_ended(2));
  CHECK(connections.late() == 2);
}

TEST_CASE("a part of the descriptors is left to what else the process does") {
  CHECK(test::in_child([] {
          const rlimit few{200, 200};
          if (::setrlimit(RLIMIT_NOFILE, &few) != 0) ::_exit(1);
          if (serve::connections_within_descriptors(64) != 64) ::_exit(2);
          if (serve::connections_within_descriptors(4096) != 72) ::_exit(3);
          const rlimit least{64, 64};
          if (::setrlimit(RLIMIT_NOFILE, &least) != 0) ::_exit(4);
          if (serve::connections_within_descriptors(4096) != 4) ::_exit(5);
        }) == 0);
}

}  // namespace
