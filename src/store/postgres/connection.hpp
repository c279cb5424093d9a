// SPDX-License-Identifier: Apache-2.0
// The part of libpq that the store needs: one connection with bounded waits that a stop ends. It distinguishes what
// has failed from what may have been executed although the connection was lost.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/common/patience.hpp"

namespace react1::store {

/// Values for $1, $2, …
class Values {
 public:
  Values& text(std::string_view value);
  /// Any bytes, for a column of type bytea.
  Values& bytes(std::string_view value);
  Values& number(std::int64_t value);
  [[nodiscard]] const std::vector<std::string>& all() const noexcept { return values_; }

 private:
  std::vector<std::string> values_;
};

/// The result of a statement; rows and columns count from 0.
class Rows {
 public:
  Rows() = default;
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}
  [[nodiscard]] int size() const noexcept { return PQntuples(result_.get()); }
  [[nodiscard]] std::string text(int row, int column) const;
  [[nodiscard]] std::string bytes(int row, int column) const;
  [[nodiscard]] std::int64_t number(int row, int column) const;

 private:
  std::shared_ptr<PGresult> result_;
};

/// Not thread-safe: the store serialises its use.
class PostgresConnection {
 public:
  /// Does not connect. `address`: a URL, as libpq accepts it. Throws Error{usage} for one that libpq can't parse.
  explicit PostgresConnection(std::string address);

  /// Connects, or checks that it is connected. False: the server can't be reached now, or does not accept connections
  /// yet. Throws Error{io} for what waiting does not fix (password, database, rights), Error{interrupted}.
  [[nodiscard]] bool connect(const Wait& wait);
  /// True for a connection opened since the last call: its server may be another one.
  [[nodiscard]] bool is_new() noexcept;

  /// Ends the connection; connect() opens another.
  void close() noexcept { connection_.reset(); }
  /// Rolls back what was begun and not committed, by ending the connection if that is not certain.
  void abandon_transaction() noexcept;

  enum class Ran {
    yes,
    lost,      ///< the connection is gone; whether the statement was executed is not known
    conflict,  ///< the server has rolled the transaction back; the same statements may be retried
  };
  struct Answer {
    Ran ran = Ran::lost;
    Rows rows;
  };
  /// One statement with values. Throws Error{io} for what the server refuses, Error{interrupted}.
  [[nodiscard]] Answer run(const std::string& sql, const Values& values, const Wait& wait);
  /// Several statements without values; returns the rows of the last.
  [[nodiscard]] Answer script(const std::string& sql, const Wait& wait);

  /// Throws Error{io} (retryable), or Error{interrupted}: the server has not answered for as long as `state` allows.
  [[noreturn]] void throw_unreachable(Wait::State state) const;
  /// Error{io} of the server `where`, with a hint.
  [[noreturn]] void fail(std::string message, std::string detail, std::string hint, bool retryable = false) const;

  /// For messages: host, port and database, no user and no password.
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  [[nodiscard]] Answer collect(const Wait& wait);
  [[nodiscard]] Answer lost();
  [[nodiscard]] Answer refused(const PGresult* result);
  /// False: the wait is over.
  [[nodiscard]] bool wait_for_socket(bool to_write, const Wait& wait);
  [[nodiscard]] bool connect_failed(bool had_answer);

  std::string address_;
  std::string where_;
  std::string last_failure_;
  std::unique_ptr<PGconn, Finish> connection_;
  bool is_new_ = false;
  bool was_connected_ = false;  ///< at any time
  int refusals_ = 0;            ///< in a row
};

}  // namespace react1::store
