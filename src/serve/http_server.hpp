// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server, on loopback by default, over libmicrohttpd: one thread serves every
// connection, and an answer may come later from another thread while its connection costs no thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "serve/connections.hpp"
#include "serve/http_types.hpp"

namespace react1::serve {

struct Exchange;

/// The right to answer one request, once, from any thread, now or later. Copies share that right; when the last one
/// goes without an answer, the client gets 500. It may outlive the server: sending then does nothing.
class Reply {
 public:
  explicit Reply(std::shared_ptr<Exchange> exchange);
  /// The first call answers; later ones do nothing. The file of a FileBody is opened on the server's thread soon after.
  void send(Response response) const;

 private:
  struct Ticket;
  std::shared_ptr<Ticket> ticket_;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4, numeric; "0.0.0.0": reachable from everywhere
  std::uint16_t port = 0;             ///< 0 = any free port
  /// The same for every server of ours. Fewer connections than asked for where the process has few descriptors.
  ConnectionLimits connections{};
  std::size_t connection_memory = 64 << 10;  ///< bytes per connection: request head and buffers; a larger head gets 431
  std::uint64_t max_discard = 64U << 20U;    ///< of a refused body this much is read, so that the client sees the 413
  std::chrono::seconds stall_timeout{120};   ///< of a connection on which no byte moves, unless it awaits our answer
};

/// Starts in the constructor, stops in the destructor: open requests get 503, then the thread is joined.
/// Both callbacks run on the server's thread and hold up every connection while they run. What they throw becomes a
/// 500.
class HttpServer {
 public:
  /// Where the body of this request goes; called before its first byte is read.
  using Planner = std::function<BodyPlan(const RequestHead&)>;
  /// Called once the whole request is there; the request is valid during the call only.
  using Handler = std::function<void(const Request&, Reply)>;

  /// Throws Error{usage} for an invalid address, Error{io} when the port can't be bound, Error{internal} when the
  /// server can't be started.
  HttpServer(HttpServerOptions options, Planner planner, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://ADDRESS:PORT".
  [[nodiscard]] std::string url() const;
  /// Connections that were ended: displaced by others, or late.
  [[nodiscard]] const Connections& connections() const noexcept;
  /// Answers every open request with 503 and joins the thread. May be called twice; not from a callback.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1::serve
