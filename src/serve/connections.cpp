// SPDX-License-Identifier: Apache-2.0
#include "serve/connections.hpp"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace react1::serve {

/// All clients of a proxy or tunnel on this machine have its address, so the machine's own addresses are not counted.
std::uint32_t Connections::counted_address(const sockaddr* peer) noexcept {
  constexpr std::uint32_t loopback = 127;
  if (peer == nullptr || peer->sa_family != AF_INET) return 0;
  sockaddr_in address{};
  std::memcpy(&address, peer, sizeof(address));
  const std::uint32_t number = ntohl(address.sin_addr.s_addr);
  return number >> 24U == loopback ? 0 : number;
}

bool Connections::admits(const sockaddr* peer) const {
  const std::uint32_t address = counted_address(peer);
  if (address == 0) return true;
  const std::lock_guard lock{mutex_};
  const auto found = of_peer_.find(address);
  return found == of_peer_.end() || found->second < limits_.most_per_peer;
}

void Connections::end(int socket, Connection& connection) noexcept {
  connection.ended = true;
  --living_;
  ::shutdown(socket, SHUT_RDWR);
}

Connections::Connection* Connections::find(int socket) {
  const auto found = open_.find(socket);
  return found == open_.end() ? nullptr : &found->second;
}

void Connections::opened(int socket, const sockaddr* peer, Time now) {
  const std::lock_guard lock{mutex_};
  const std::uint32_t address = counted_address(peer);
  open_.insert_or_assign(socket, Connection{address, Owes::head, now, now + limits_.head});
  if (address != 0) ++of_peer_[address];
  if (++living_ <= limits_.most) return;
  auto oldest = open_.end();
  for (auto each = open_.begin(); each != open_.end(); ++each) {
    if (each->second.ended || each->second.owes != Owes::head) continue;
    if (oldest == open_.end() || each->second.since < oldest->second.since) oldest = each;
  }
  if (oldest == open_.end()) return;
  end(oldest->first, oldest->second);
  ++displaced_;
}

void Connections::closed(int socket) {
  const std::lock_guard lock{mutex_};
  const auto found = open_.find(socket);
  if (found == open_.end()) return;
  const auto peer = of_peer_.find(found->second.peer);
  if (peer != of_peer_.end() && --peer->second == 0) of_peer_.erase(peer);
  if (!found->second.ended) --living_;
  open_.erase(found);
}

void Connections::request_line_came(int socket, Time now) {
  const std::lock_guard lock{mutex_};
  if (Connection* connection = find(socket)) connection->due = std::min(connection->due, now + limits_.head);
}

void Connections::head_came(int socket, Time now) {
  const std::lock_guard lock{mutex_};
  Connection* connection = find(socket);
  if (connection == nullptr) return;
  connection->owes = Owes::body;
  connection->due = now + limits_.body;
}

void Connections::body_came(int socket) {
  const std::lock_guard lock{mutex_};
  if (Connection* connection = find(socket)) connection->owes = Owes::nothing;
}

void Connections::answered(int socket, Time now) {
  const std::lock_guard lock{mutex_};
  Connection* connection = find(socket);
  if (connection == nullptr) return;
  connection->owes = Owes::head;
  connection->since = now;
  connection->due = now + limits_.idle;
}

std::optional<Connections::Time> Connections::end_late_ones(Time now) {
  const std::lock_guard lock{mutex_};
  // Checked periodically: a new connection may be due earlier than the present ones.
  const Time soon = now + limits_.head / 4;
  std::optional<Time> next;
  for (auto& [socket, connection] : open_) {
    if (connection.ended) continue;
    if (connection.owes != Owes::nothing && connection.due <= now) {
      end(socket, connection);
      ++late_;
    } else {
      next = soon;
    }
  }
  return next;
}

std::uint64_t Connections::displaced() const {
  const std::lock_guard lock{mutex_};
  return displaced_;
}

std::uint64_t Connections::late() const {
  const std::lock_guard lock{mutex_};
  return late_;
}

unsigned connections_within_descriptors(unsigned wanted) noexcept {
  constexpr rlim_t least_reserve = 128;
  constexpr unsigned least = 4;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const rlim_t reserve = std::max(least_reserve, limit.rlim_cur / 4);
  const rlim_t free = limit.rlim_cur > reserve ? limit.rlim_cur - reserve : 0;
  return static_cast<unsigned>(std::max<rlim_t>(least, std::min<rlim_t>(wanted, free)));
}

}  // namespace react1::serve
