// SPDX-License-Identifier: Apache-2.0
#include "support/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace react1::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool send_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool readable(int socket, int wait_ms) {
  pollfd wanted{socket, POLLIN, 0};
  return ::poll(&wanted, 1, wait_ms) > 0;
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t server_port)
    : server_port_(server_port), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  REQUIRE(::listen(listener_, 64) == 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_clients(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  accepting_.join();
  for (std::thread& client : clients_) client.join();
  ::close(listener_);
}

void CuttingProxy::cut_next(std::string_view word, Cut cut) {
  const std::lock_guard lock(mutex_);
  word_ = word;
  cut_ = cut;
}

void CuttingProxy::accept_clients() {
  while (!ending_) {
    if (!readable(listener_, 20)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::lock_guard lock(mutex_);
    clients_.emplace_back([this, client] { serve(client); });
  }
}

void CuttingProxy::serve(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(server_port_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    while (!ending_ && forward(client, server)) {
    }
  }
  ::close(client);
  ::close(server);
}

/// False: the connection has ended.
bool CuttingProxy::forward(int client, int server) {
  std::array<pollfd, 2> sockets{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  if (::poll(sockets.data(), sockets.size(), 20) <= 0) return true;
  std::array<char, 1 << 16> buffer{};
  if (sockets[1].revents != 0) {
    const ssize_t size = ::recv(server, buffer.data(), buffer.size(), 0);
    if (size <= 0 || !send_all(client, buffer.data(), static_cast<std::size_t>(size))) return false;
  }
  if (sockets[0].revents == 0) return true;
  const ssize_t size = ::recv(client, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  const std::string_view message(buffer.data(), static_cast<std::size_t>(size));
  {
    const std::lock_guard lock(mutex_);
    if (!word_.empty() && message.find(word_) != std::string_view::npos) {
      word_.clear();
      ++cuts_;
      if (cut_ == Cut::before) return false;
      static_cast<void>(send_all(server, message.data(), message.size()));
      static_cast<void>(readable(server, 5'000));  // executed, and answered to nobody
      return false;
    }
  }
  return send_all(server, message.data(), message.size());
}

}  // namespace react1::test
