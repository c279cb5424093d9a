// SPDX-License-Identifier: Apache-2.0
// The service's public keys, fetched on demand and cached for a day.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <react1/webhook.hpp>

#include "core/clock.hpp"
#include "http/message/transport.hpp"

namespace react1::fal {

/// Thread-safe; one fetch at a time, the others wait for it. The references must outlive it.
class WebhookKeyring {
 public:
  WebhookKeyring(const WebhookOptions& options, http::Transport& transport, const Clock& clock);

  /// The keys and when they were fetched.
  struct Keys {
    WebhookKeys keys;
    std::chrono::steady_clock::time_point fetched;
  };
  /// Never null; keys are empty when none can be fetched. Throws Error{interrupted}.
  [[nodiscard]] std::shared_ptr<const Keys> current(const RunContext& context);
  /// Newer keys than `known`; nullptr when the floor forbids a fetch, or it fails. Throws Error{interrupted}.
  [[nodiscard]] std::shared_ptr<const Keys> newer_than(const std::shared_ptr<const Keys>& known,
                                                       const RunContext& context);

 private:
  /// Fetches unless the last attempt was within the floor; needs mutex_.
  void fetch(const RunContext& context);
  [[nodiscard]] bool alive() const;

  const WebhookOptions& options_;
  http::Transport& transport_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows, and is held during a fetch
  std::shared_ptr<const Keys> keys_ = std::make_shared<Keys>();
  std::optional<std::chrono::steady_clock::time_point> attempted_;
};

}  // namespace react1::fal
