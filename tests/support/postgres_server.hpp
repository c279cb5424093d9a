// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server of the test's own: in a temporary folder, on loopback, as an ordinary user, gone with the
// object or with the test program.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/atomic_file.hpp"

namespace react1::test {

class PostgresServer {
 public:
  /// nullopt where no server of version 15 or newer is installed.
  [[nodiscard]] static std::optional<std::string> programs();

  /// Makes a cluster and starts it. `programs`: the folder of initdb and postgres.
  explicit PostgresServer(std::string programs);
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// By the main thread: the server ends with the thread that started it.
  void start();
  /// Every connection ends at once, as in a crash; what was committed is recovered by the next start.
  void stop_immediately();
  void freeze();
  void thaw();

  /// The address of a database that is empty and has not been used.
  [[nodiscard]] std::string fresh_database();
  /// The same database by way of another port, such as a proxy's.
  [[nodiscard]] static std::string by_port(const std::string& address, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Runs SQL as the superuser in the database of `address`, and gives the first value of the last statement.
  static std::string sql(const std::string& address, const std::string& text);

 private:
  std::string programs_;
  TemporaryDirectory folder_;
  std::uint16_t port_ = 0;
  pid_t server_ = -1;
  int databases_ = 0;
};

}  // namespace react1::test
