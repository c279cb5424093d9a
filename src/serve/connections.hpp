// SPDX-License-Identifier: Apache-2.0
// The open connections of a server, and which of them to end:
// silent clients must exhaust neither the server nor the descriptors of its process.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

struct sockaddr;

namespace react1::serve {

struct ConnectionLimits {
  unsigned most = 64;                       ///< open at a time
  unsigned most_per_peer = 16;              ///< of one address; this machine's own addresses are exempt
  std::chrono::milliseconds head{10'000};   ///< from connecting, or from the request line, to the end of the head
  std::chrono::milliseconds idle{30'000};   ///< between two requests of a connection
  std::chrono::milliseconds body{600'000};  ///< from the head's end to the body's
};

/// Connections that still owe a request's head, or the next request, are ended first, because
/// real clients send their request immediately. They are ended by shutting their socket down, which the server's loop
/// then notices. Any thread; `now` is monotonic.
class Connections {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit Connections(ConnectionLimits limits) noexcept : limits_(limits) {}

  /// Whether another connection of that address is accepted.
  [[nodiscard]] bool admits(const sockaddr* peer) const;
  /// Ends the one that has owed its head for longest when there are more than allowed.
  void opened(int socket, const sockaddr* peer, Time now);
  /// Must be called before the socket is closed: its number may be another's then.
  void closed(int socket);
  void request_line_came(int socket, Time now);
  void head_came(int socket, Time now);
  /// From now on the peer waits for us.
  void body_came(int socket);
  void answered(int socket, Time now);
  /// Ends those that are late; returns when it has to be called next, nullopt: with the next connection.
  std::optional<Time> end_late_ones(Time now);

  [[nodiscard]] const ConnectionLimits& limits() const noexcept { return limits_; }
  /// Ended because there were too many, and because they were late.
  [[nodiscard]] std::uint64_t displaced() const;
  [[nodiscard]] std::uint64_t late() const;

 private:
  enum class Owes { head, body, nothing };
  struct Connection {
    std::uint32_t peer = 0;  ///< 0: not counted
    Owes owes = Owes::head;
    Time since, due;
    bool ended = false;
  };
  static std::uint32_t counted_address(const sockaddr* peer) noexcept;
  void end(int socket, Connection& connection) noexcept;
  Connection* find(int socket);

  const ConnectionLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<int, Connection> open_;
  std::unordered_map<std::uint32_t, unsigned> of_peer_;
  unsigned living_ = 0;  ///< of `open_`, those that were not ended
  std::uint64_t displaced_ = 0, late_ = 0;
};

/// `wanted`, or as many as the descriptors of this process allow with a quarter of them, and 128 at least, left for
/// its other work.
[[nodiscard]] unsigned connections_within_descriptors(unsigned wanted) noexcept;

}  // namespace react1::serve
