// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <react1/error.hpp>

#include "core/hex.hpp"
#include "core/number.hpp"

namespace react1::store {
namespace {

/// How long to wait for the socket before checking the stop and the deadline again.
constexpr int kLookMs = 25;

struct Option {
  const char* keyword;
  const char* value;
};
// Defaults; the address may override them. A peer that vanished silently is noticed within half a
// minute, and after a failover the writable server is found among those of the address.
constexpr std::array kDefaults{
    Option{"application_name", "react1"},         Option{"connect_timeout", "5"},
    Option{"target_session_attrs", "read-write"}, Option{"keepalives_idle", "15"},
    Option{"keepalives_interval", "5"},           Option{"keepalives_count", "3"},
    Option{"tcp_user_timeout", "20000"},
};

std::string one_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

/// Host, port and database of `address`. Throws Error{usage}; the text of libpq's own message may quote the address,
/// including its password, so it is not shown.
std::string name_of(const std::string& address) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(address.c_str(), &message));
  PQfreemem(message);
  if (!options) {
    throw Error(ErrorCode::usage, "--store", "is not the address of a PostgreSQL server",
                {.hint = "postgresql://[USER@]HOST[:PORT]/DATABASE; special characters are written as %XX"});
  }
  std::string host = "localhost", port, database;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword(option->keyword);
    const std::string value(option->val == nullptr ? "" : option->val);
    if (value.empty()) continue;
    if (keyword == "host") host = value;
    if (keyword == "port") port = ":" + value;
    if (keyword == "dbname") database = "/" + value;
  }
  return "postgresql://" + host + port + database;
}

/// A hint for a class of refusals, by its SQLSTATE.
std::string hint_for(std::string_view state) {
  if (state.starts_with("28")) return "check the user, and where the password comes from (PGPASSFILE, PGPASSWORD)";
  if (state == "3D000") return "create the database first: createdb NAME";
  if (state == "42501") return "give the user the right, or let an administrator create the schema react1 for it";
  if (state.starts_with("53")) return "the server is out of a resource: disk, memory or connections";
  if (state == "55P03") return "another program holds a lock on the job store's tables for long";
  return "";
}

}  // namespace

Values& Values::text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

Values& Values::bytes(std::string_view value) {
  values_.push_back("\\x" + to_hex(value));
  return *this;
}

Values& Values::number(std::int64_t value) {
  values_.push_back(std::to_string(value));
  return *this;
}

std::string Rows::text(int row, int column) const {
  const auto size = static_cast<std::size_t>(PQgetlength(result_.get(), row, column));
  return {PQgetvalue(result_.get(), row, column), size};
}

std::string Rows::bytes(int row, int column) const {
  const std::string written = text(row, column);
  return from_hex(std::string_view(written).substr(std::min<std::size_t>(2, written.size()))).value_or(std::string());
}

std::int64_t Rows::number(int row, int column) const {
  return read_number<std::int64_t>(text(row, column)).value_or(-1);
}

PostgresConnection::PostgresConnection(std::string address) : address_(std::move(address)), where_(name_of(address_)) {}

bool PostgresConnection::is_new() noexcept {
  return std::exchange(is_new_, false);
}

bool PostgresConnection::wait_for_socket(bool to_write, const Wait& wait) {
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(to_write ? POLLOUT : POLLIN), 0};
  for (;;) {
    if (::poll(&socket, 1, kLookMs) != 0) return true;
    if (wait.state() != Wait::State::on) return false;
  }
}

bool PostgresConnection::connect_failed(bool had_answer) {
  last_failure_ = one_line(PQerrorMessage(connection_.get()));
  const bool needs_password = PQconnectionNeedsPassword(connection_.get()) != 0;
  connection_.reset();
  // A server that responds and accepts connections rejected this one for a reason that stays: unless it began to accept
  // them only just after (so it is asked twice), or it has let this program in before and is being replaced by another.
  const bool may_stay = had_answer && !was_connected_ && PQping(address_.c_str()) == PQPING_OK;
  refusals_ = may_stay ? refusals_ + 1 : 0;
  const bool is_refusal = needs_password || refusals_ > 1;
  if (!is_refusal) return false;
  fail("refuses the connection of the job store", last_failure_,
       needs_password ? "put the password into ~/.pgpass or PGPASSWORD, not into the address"
                      : "check user, password (PGPASSFILE, PGPASSWORD), database and pg_hba.conf");
}

bool PostgresConnection::connect(const Wait& wait) {
  if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) return true;
  std::vector<const char*> keywords, values;
  for (const Option& option : kDefaults) {
    keywords.push_back(option.keyword);
    values.push_back(option.value);
  }
  for (const Option& option :
       {Option{"dbname", address_.c_str()}, Option{"client_encoding", "UTF8"}, Option{nullptr, nullptr}}) {
    keywords.push_back(option.keyword);
    values.push_back(option.value);
  }
  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/1));
  if (!connection_) throw std::bad_alloc();
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return connect_failed(/*had_answer=*/false);
  bool had_answer = false;
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;) {
    const bool to_write = next == PGRES_POLLING_WRITING;
    if (!wait_for_socket(to_write, wait)) {
      last_failure_ = "no answer to the attempt to connect";
      connection_.reset();
      return false;
    }
    next = PQconnectPoll(connection_.get());
    had_answer = had_answer || PQstatus(connection_.get()) == CONNECTION_AWAITING_RESPONSE;
    if (next == PGRES_POLLING_FAILED) return connect_failed(had_answer);
  }
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);  // the notice "already exists, skipping" is ignored
  is_new_ = was_connected_ = true;
  return true;
}

PostgresConnection::Answer PostgresConnection::lost() {
  if (connection_) last_failure_ = one_line(PQerrorMessage(connection_.get()));
  connection_.reset();
  return {Ran::lost, {}};
}

PostgresConnection::Answer PostgresConnection::refused(const PGresult* result) {
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state(code == nullptr ? "" : code);
  // The server is shutting down, or is a standby by now: another one may be available.
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state == "25006") {
    last_failure_ = one_line(PQresultErrorMessage(result));
    connection_.reset();
    return {Ran::lost, {}};
  }
  if (state.starts_with("40") || state == "23505") return {Ran::conflict, {}};
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  fail("refuses an operation of the job store", one_line(primary) + " (" + std::string(state) + ")", hint_for(state),
       /*retryable=*/state == "55P03" || state.starts_with("53"));
}

/// Takes all results of what was sent, so that the connection is free again, and returns the last one.
PostgresConnection::Answer PostgresConnection::collect(const Wait& wait) {
  PGconn* connection = connection_.get();
  for (int unsent = PQflush(connection); unsent != 0; unsent = PQflush(connection)) {
    if (unsent < 0) return lost();
    if (!wait_for_socket(/*to_write=*/true, wait)) {
      connection_.reset();
      throw_unreachable(wait.state());
    }
  }
  std::unique_ptr<PGresult, decltype(&PQclear)> failure(nullptr, &PQclear);
  Rows rows;
  for (;;) {
    while (PQisBusy(connection) != 0) {
      if (!wait_for_socket(/*to_write=*/false, wait)) {
        connection_.reset();  // what was sent may still be executed
        throw_unreachable(wait.state());
      }
      if (PQconsumeInput(connection) == 0) return lost();
    }
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      rows = Rows(result);
    } else if (!failure) {
      failure.reset(result);
    } else {
      PQclear(result);
    }
  }
  if (failure) return refused(failure.get());
  if (PQstatus(connection) != CONNECTION_OK) return lost();
  return {Ran::yes, std::move(rows)};
}

PostgresConnection::Answer PostgresConnection::run(const std::string& sql, const Values& values, const Wait& wait) {
  if (!connection_) return {Ran::lost, {}};
  std::vector<const char*> texts;
  for (const std::string& value : values.all()) texts.push_back(value.c_str());
  const int sent =
      PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(texts.size()), /*paramTypes=*/nullptr,
                        texts.data(), /*paramLengths=*/nullptr, /*paramFormats=*/nullptr, /*resultFormat=*/0);
  return sent == 1 ? collect(wait) : lost();
}

PostgresConnection::Answer PostgresConnection::script(const std::string& sql, const Wait& wait) {
  if (!connection_) return {Ran::lost, {}};
  return PQsendQuery(connection_.get(), sql.c_str()) == 1 ? collect(wait) : lost();
}

void PostgresConnection::abandon_transaction() noexcept {
  if (!connection_ || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  try {
    const Patience soon(std::chrono::seconds(2));
    if (script("ROLLBACK", Wait()).ran == Ran::yes) return;
  } catch (...) {  // NOLINT(bugprone-empty-catch): the connection's end rolls back as well
  }
  connection_.reset();
}

void PostgresConnection::throw_unreachable(Wait::State state) const {
  if (state == Wait::State::stopped) {
    throw Error(ErrorCode::interrupted, where_, "stopped while waiting for the server of the job store",
                {.detail = last_failure_, .retryable = true});
  }
  fail("the server of the job store does not answer", last_failure_, "start it, or check the network between",
       /*retryable=*/true);
}

void PostgresConnection::fail(std::string message, std::string detail, std::string hint, bool retryable) const {
  throw Error(ErrorCode::io, where_, std::move(message),
              {.detail = std::move(detail), .hint = std::move(hint), .retryable = retryable});
}

}  // namespace react1::store
