// SPDX-License-Identifier: Apache-2.0
// The platform API's list of accepted requests, and how a script makes it incomplete or wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json_text.hpp"
#include "sandbox/faults/faults.hpp"
#include "sandbox/protocol/job_view.hpp"
#include "sandbox/service/job_queue.hpp"
#include "serve/http_types.hpp"

namespace react1::sandbox {

/// Thread-safe. The newest request comes first, as on the service.
class History {
 public:
  /// `body`: the JSON input. No payload is kept when the client asked for nothing to be stored.
  void accepted(const std::string& request_id, std::string_view endpoint, const std::string& body, const JobWish& wish);
  void ended(const std::string& request_id, const Outcome& outcome);
  /// The answer to a query for one page.
  [[nodiscard]] serve::Response page(const serve::RequestHead& head);

 private:
  using Time = std::chrono::system_clock::time_point;
  struct Entry {
    std::string request_id, endpoint;
    Time sent;
    std::optional<Time> ended{};
    Json input, output;  ///< null: no payload
    int status = 0;      ///< of the result; 0: not ended
    Listing listing;
    std::uint64_t questions_before = 0;  ///< how often the history had been queried when it was accepted
  };
  [[nodiscard]] bool is_listed(const Entry& entry, Time now) const;
  [[nodiscard]] static Json document(const Entry& entry, bool with_payload);
  /// All entries visible to a query without a cursor.
  [[nodiscard]] std::vector<Json> listed(const serve::RequestHead& head) const;

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
  std::uint64_t questions_ = 0;
};

}  // namespace react1::sandbox
