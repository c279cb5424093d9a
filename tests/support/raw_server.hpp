// SPDX-License-Identifier: Apache-2.0
// A scripted TCP server, for everything that a well-behaved HTTP server never does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace react1::test {

/// A request as it arrived.
struct SeenRequest {
  std::string method, target, body;
  std::string head;                            ///< request line and fields, as they came
  std::map<std::string, std::string> headers;  ///< lower-case names, the last of each
  std::size_t connection = 0;                  ///< the number of its connection, from 0

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
  [[nodiscard]] bool has(const std::string& name) const { return headers.count(name) > 0; }
};

/// Lets a script wait for the test. Must outlive the server whose script waits for it.
class Gate {
 public:
  void open();
  /// False when it was ended because the server ends.
  bool wait(const std::atomic<bool>& ending);
  /// Until a script has reached it.
  void wait_until_reached();
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false, reached_ = false;
};

class RawServer;

/// One accepted connection, in its own thread.
class Connection {
 public:
  Connection(RawServer& server, int fd, std::size_t number) : server_(server), fd_(fd), number_(number) {}

  /// Head and body (by Content-Length), recorded by the server. False when the peer is gone before its end.
  bool read_request(SeenRequest& request);
  /// Records the head alone; leaves the body unread.
  bool read_head(SeenRequest& request);
  /// False when the peer is gone.
  bool send(std::string_view bytes);
  /// Until the peer or the server ends.
  void stay_silent();
  /// Until the peer's first bytes are here; they stay unread.
  void await_bytes();
  void half_close();
  /// The connection ends in a RST.
  void reset();
  [[nodiscard]] RawServer& server() const noexcept { return server_; }
  [[nodiscard]] bool resets() const noexcept { return reset_; }

 private:
  bool more();
  bool take_head(SeenRequest& request);

  RawServer& server_;
  int fd_;
  std::size_t number_;
  std::string unread_;
  bool reset_ = false;
};

/// One thing to do; false ends the script.
using Step = std::function<bool(Connection&)>;
using Script = std::vector<Step>;

namespace step {
[[nodiscard]] Step read_request();
[[nodiscard]] Step read_head();
[[nodiscard]] Step send(std::string bytes);
/// The same bytes repeatedly until the peer closes; `give_up` bytes at most.
[[nodiscard]] Step flood(std::string bytes, std::int64_t give_up);
[[nodiscard]] Step wait_for(Gate& gate);
[[nodiscard]] Step stay_silent();
[[nodiscard]] Step await_bytes();
[[nodiscard]] Step half_close();
[[nodiscard]] Step reset();
}  // namespace step

/// A whole answer with Content-Length. `more` are further header lines, each ending in CRLF.
[[nodiscard]] std::string answer(int status, std::string_view body, std::string_view content_type = "application/json",
                                 std::string_view more = "");

/// Listens on 127.0.0.1 and a free port from construction to destruction.
/// The n-th connection runs the n-th script; later ones are served by the handler, request by request,
/// keep-alive unless its answer says "Connection: close".
class RawServer {
 public:
  using Handler = std::function<std::string(const SeenRequest&)>;  ///< gives the whole answer
  /// Answers by itself, in any way; false ends the connection.
  using Conversation = std::function<bool(Connection&, const SeenRequest&)>;

  RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer();

  RawServer& script(Script steps);
  RawServer& otherwise(Handler handler);
  RawServer& converse(Conversation conversation);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "") const;

  [[nodiscard]] std::vector<SeenRequest> requests() const;
  /// Requests of that method whose target begins so.
  [[nodiscard]] std::size_t count(std::string_view method, std::string_view target = "/") const;
  [[nodiscard]] std::size_t connections() const;
  /// The number of bytes sent.
  [[nodiscard]] std::int64_t bytes_sent() const noexcept { return bytes_sent_; }

 private:
  friend class Connection;
  friend Step step::wait_for(Gate& gate);
  void accept_loop();
  void serve(int fd, std::size_t number);
  void record(const SeenRequest& request);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<std::int64_t> bytes_sent_ = 0;
  mutable std::mutex mutex_;
  std::deque<Script> scripts_;
  Conversation conversation_;
  std::vector<SeenRequest> requests_;
  std::set<int> open_;
  std::set<Gate*> gates_;
  std::size_t accepted_ = 0;
  std::vector<std::thread> workers_;
  std::thread acceptor_;  // last: it uses all of the above
};

}  // namespace react1::test
