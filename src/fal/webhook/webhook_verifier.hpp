// SPDX-License-Identifier: Apache-2.0
// Verification of deliveries with the service's keys, and detection of duplicates. The implementation of
// WebhookVerifier, with its transport and clock passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include <react1/webhook.hpp>

#include "fal/webhook/webhook_keys.hpp"

namespace react1::fal {

/// Throws Error{usage} with all problems of the options.
void check_webhook_options(const WebhookOptions& options);

/// Deliveries that were seen. One is dropped when its timestamp has left the window: from then on a replay is too
/// old. Thread-safe.
class SeenDeliveries {
 public:
  explicit SeenDeliveries(std::size_t capacity) : capacity_(capacity) {}
  /// True for the first time. `until` is when it becomes too old in any case.
  [[nodiscard]] bool first(const std::string& delivery, std::chrono::system_clock::time_point until,
                           std::chrono::system_clock::time_point now);

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_set<std::string> seen_;
  std::deque<std::pair<std::chrono::system_clock::time_point, std::string>> order_;
};

/// Thread-safe. The references must outlive it.
class Verifier {
 public:
  Verifier(const WebhookOptions& options, http::Transport& transport, const Clock& clock);
  [[nodiscard]] WebhookCheck verify(const WebhookHeaders& headers, std::string_view body, const RunContext& context);

 private:
  const WebhookOptions& options_;
  const Clock& clock_;
  WebhookKeyring keyring_;
  SeenDeliveries seen_;
};

}  // namespace react1::fal
