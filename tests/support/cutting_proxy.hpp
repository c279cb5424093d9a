// SPDX-License-Identifier: Apache-2.0
// A TCP proxy in front of a server of the test, which cuts a connection at the moment that hurts most.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace react1::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t server_port);
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  enum class Cut {
    before,  ///< what the client sent does not reach the server
    after,   ///< it does, and the answer does not reach the client
  };
  /// The next message of a client that holds `word` ends its connection.
  void cut_next(std::string_view word, Cut cut);
  [[nodiscard]] int cuts() const noexcept { return cuts_; }

 private:
  void accept_clients();
  void serve(int client);
  [[nodiscard]] bool forward(int client, int server);

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> ending_ = false;
  std::atomic<int> cuts_ = 0;
  std::mutex mutex_;  // guards the two below and the threads
  std::string word_;
  Cut cut_ = Cut::before;
  std::vector<std::thread> clients_;
  std::thread accepting_;
};

}  // namespace react1::test
