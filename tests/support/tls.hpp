// SPDX-License-Identifier: Apache-2.0
// TLS on the loopback: a certificate authority of the test's own, a TLS front for a plain server, and a proxy that
// opens tunnels, or doesn't.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace react1::test {

/// Makes its keys when it is constructed; they live as long as it does.
class TestAuthority {
 public:
  TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;
  ~TestAuthority();

  /// The authority's certificate, PEM.
  [[nodiscard]] std::string certificate() const;

  struct Keys;
  [[nodiscard]] const Keys& keys() const noexcept { return *keys_; }

 private:
  std::unique_ptr<Keys> keys_;
};

/// Accepts on 127.0.0.1 and serves each connection in a thread of its own, until its end.
class Acceptor {
 public:
  using Serve = std::function<void(Acceptor& acceptor, int fd)>;  ///< closes `fd` itself through end()

  explicit Acceptor(Serve serve);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int connections() const noexcept { return accepted_; }
  [[nodiscard]] bool ending() const noexcept { return ending_; }
  /// Closes it; with a RST when `reset`.
  void end(int fd, bool reset = false);

 private:
  void run();

  Serve serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> workers_;
  std::thread thread_;
};

/// Speaks TLS for the names it was given and passes the clear text to the server at `backend` of this machine. When
/// that resets its side, the client's side is reset.
class TlsFront {
 public:
  TlsFront(const TestAuthority& authority, const std::vector<std::string>& names, std::uint16_t backend);
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  ~TlsFront();
  [[nodiscard]] std::uint16_t port() const noexcept { return acceptor_->port(); }

 private:
  void serve(Acceptor& acceptor, int fd);

  struct Context;
  std::unique_ptr<Context> context_;
  std::uint16_t backend_;
  std::unique_ptr<Acceptor> acceptor_;
};

/// A proxy for CONNECT. Whatever the requested host, its tunnels lead to `target` of this machine.
class ConnectProxy {
 public:
  struct Act {
    std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
    bool tunnel = true;  ///< carry bytes after the answer
    enum class End { close, reset, silence } end = End::close;
    /// With a tunnel: closes as soon as the client has sent something through it, which is not forwarded.
    bool break_at_first_byte = false;
  };

  explicit ConnectProxy(std::uint16_t target);
  /// The next connection does this; those after all of them open tunnels.
  ConnectProxy& next(Act act);
  [[nodiscard]] std::string url() const;
  [[nodiscard]] int connections() const noexcept { return acceptor_->connections(); }
  /// First lines and fields of what it was asked.
  [[nodiscard]] std::vector<std::string> heads() const;

 private:
  void serve(Acceptor& acceptor, int fd);

  std::uint16_t target_;
  mutable std::mutex mutex_;
  std::deque<Act> acts_;
  std::vector<std::string> heads_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace react1::test
