// SPDX-License-Identifier: Apache-2.0
// The service's platform API: request history, prices, the live schema, a free check of the key.
// FalClient makes the calls. Source: the service's OpenAPI description of its platform API.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <react1/api.hpp>
#include <react1/rational.hpp>

namespace react1::REACT1_ABI {

/// One request of the account.
struct HistoryEntry {
  std::string request_id, endpoint;
  std::optional<std::chrono::system_clock::time_point> sent_at, started_at, ended_at;
  std::optional<int> status_code;    ///< of its result; nullopt: not ended, or not reported
  std::optional<double> duration_s;  ///< seconds
  /// The input, JSON; empty: the service keeps no payload of it, or does not return it.
  std::string input_json{};
};

/// Which part of the history is read. More than the limits allow is Error{network}; the result is never incomplete.
struct HistoryQuery {
  /// The service does not document which of an entry's times these apply to.
  std::chrono::system_clock::time_point start, end;  ///< `end` is exclusive
  std::size_t max_pages = 200;                       ///< of 100 entries each
  std::int64_t max_bytes = std::int64_t{64} << 20;   ///< of all answers together
  std::chrono::milliseconds max_time{120'000};       ///< for all pages together
};

struct UnitPrice {
  Rational price = 0;
  std::string unit;      ///< as the service sent it, e.g. "minutes"
  std::string currency;  ///< e.g. "USD"
};

struct CostEstimate {
  Rational total = 0;
  std::string currency;
};

enum class KeyProbe {
  good,
  refused,    ///< 401: no such key
  forbidden,  ///< 403: the key is valid, but may not read the history
};

}  // namespace react1::REACT1_ABI
