// SPDX-License-Identifier: Apache-2.0
// Verified reports between their arrival and whoever they are for.
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

/// Thread-safe. Lives in a shared_ptr, because the handles of those who listen may outlive the receiver.
class WebhookInbox : public std::enable_shared_from_this<WebhookInbox> {
 public:
  using Told = std::function<void(const WebhookDelivery&)>;

  /// Keeps `capacity` reports that nobody has asked for yet; the oldest are forgotten first.
  explicit WebhookInbox(std::size_t capacity) : capacity_(capacity) {}

  /// To all who listen for its request; else it is kept, unless one of the same request is kept already.
  void put(WebhookDelivery delivery);
  /// See WebhookReceiver.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for(const std::string& request_id,
                                                        std::chrono::milliseconds patience, const RunContext& context);
  /// The report that came with `token`, whoever else was told of it.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for_token(const std::string& token,
                                                              std::chrono::milliseconds patience,
                                                              const RunContext& context);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> tokens() const;
  [[nodiscard]] std::shared_ptr<void> listen(const std::string& request_id, Told told);

 private:
  using Listeners = std::unordered_multimap<std::string, std::shared_ptr<Told>>;

  /// Needs mutex_.
  [[nodiscard]] std::optional<WebhookDelivery> take(const std::string& request_id);
  /// Needs mutex_.
  [[nodiscard]] std::optional<WebhookDelivery> look(const std::string& token) const;
  void leave(const std::string& request_id, const std::shared_ptr<Told>& told);

  const std::size_t capacity_;
  mutable std::mutex
      mutex_;  // guards what follows, and is held while somebody is told, so that nobody is after having left
  std::condition_variable_any arrived_;
  std::deque<WebhookDelivery> kept_;
  Listeners listeners_;
};

}  // namespace react1::fal
