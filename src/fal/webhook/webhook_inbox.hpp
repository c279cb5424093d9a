// SPDX-License-Identifier: Apache-2.0
// Verified reports between their arrival and their consumer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <react1/run_context.hpp>
#include <react1/webhook.hpp>

namespace react1::fal {

/// Thread-safe. Held by a shared_ptr, because the listeners' handles may outlive the receiver.
class WebhookInbox : public std::enable_shared_from_this<WebhookInbox> {
 public:
  using Callback = std::function<void(const WebhookDelivery&)>;

  /// Keeps `capacity` reports that were not requested yet; the oldest are dropped first.
  explicit WebhookInbox(std::size_t capacity) : capacity_(capacity) {}

  /// Calls all listeners of its request; without one it is kept, unless one of the same request is kept already.
  void put(WebhookDelivery delivery);
  /// See WebhookReceiver.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for(const std::string& request_id,
                                                        std::chrono::milliseconds patience, const RunContext& context);
  /// The report that came with `token`; it stays available to other consumers.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for_token(const std::string& token,
                                                              std::chrono::milliseconds patience,
                                                              const RunContext& context);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> tokens() const;
  [[nodiscard]] std::shared_ptr<void> listen(const std::string& request_id, Callback callback);

 private:
  using Listeners = std::unordered_multimap<std::string, std::shared_ptr<Callback>>;

  /// Needs mutex_.
  [[nodiscard]] std::optional<WebhookDelivery> take(const std::string& request_id);
  /// Needs mutex_.
  [[nodiscard]] std::optional<WebhookDelivery> look(const std::string& token) const;
  void leave(const std::string& request_id, const std::shared_ptr<Callback>& callback);

  const std::size_t capacity_;
  mutable std::mutex
      mutex_;  // guards what follows; held during callbacks, so that none runs after its listener has left
  std::condition_variable_any arrived_;
  std::deque<WebhookDelivery> kept_;
  Listeners listeners_;
};

}  // namespace react1::fal
