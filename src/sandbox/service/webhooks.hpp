// SPDX-License-Identifier: Apache-2.0
// Webhooks: signed POSTs about jobs that ended, retried as often as by the real service, only faster.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/engine/curl_transport.hpp"
#include "sandbox/faults/faults.hpp"
#include "sandbox/protocol/job_view.hpp"
#include "sandbox/protocol/signing_key.hpp"
#include "serve/timer.hpp"

namespace react1::sandbox {

/// Safe from any thread. The destructor drops undelivered reports.
class Webhooks {
 public:
  /// `faults` must outlive this.
  explicit Webhooks(FaultBook& faults);
  Webhooks(const Webhooks&) = delete;
  Webhooks& operator=(const Webhooks&) = delete;
  ~Webhooks();

  [[nodiscard]] Json key_set() const { return key_.key_set(); }
  /// `number` is the submit's, used to select faults.
  void deliver(std::string url, const std::string& request_id, std::uint64_t number, const Outcome& outcome);

 private:
  struct Delivery {
    std::string url, request_id, body;
    std::uint64_t number = 0;
    int attempt = 0;  ///< number of attempts already made
  };
  void work_until(const std::stop_token& stop);
  void attempt(Delivery delivery, const std::stop_token& stop);
  /// True once a 2xx came.
  [[nodiscard]] bool post(const Delivery& delivery, const Action* fault, const std::stop_token& stop);
  void push(Delivery delivery);

  FaultBook& faults_;
  const SigningKey key_;
  http::CurlTransport transport_{"react1-sandbox"};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Delivery> due_;
  serve::Timer timer_;
  std::vector<std::jthread> workers_;  // last: they use everything above
};

}  // namespace react1::sandbox
