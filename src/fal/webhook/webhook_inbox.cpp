// SPDX-License-Identifier: Apache-2.0
#include "fal/webhook/webhook_inbox.hpp"

#include <algorithm>
#include <utility>

#include "core/saturate.hpp"

namespace react1::fal {
void WebhookInbox::put(WebhookDelivery delivery) {
  const std::lock_guard lock(mutex_);
  if (const auto [first, last] = listeners_.equal_range(delivery.request_id); first != last) {
    for (auto entry = first; entry != last; ++entry) (*entry->second)(delivery);
    listeners_.erase(first, last);
    return;
  }
  const auto same = [&](const WebhookDelivery& other) { return other.request_id == delivery.request_id; };
  if (std::any_of(kept_.begin(), kept_.end(), same)) return;  // delivered again under a new signature
  if (kept_.size() >= capacity_) kept_.pop_front();
  kept_.push_back(std::move(delivery));
  arrived_.notify_all();
}

std::optional<WebhookDelivery> WebhookInbox::take(const std::string& request_id) {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const WebhookDelivery& delivery) { return delivery.request_id == request_id; });
  if (found == kept_.end()) return std::nullopt;
  WebhookDelivery delivery = std::move(*found);
  kept_.erase(found);
  return delivery;
}

std::optional<WebhookDelivery> WebhookInbox::wait_for(const std::string& request_id, std::chrono::milliseconds patience,
                                                      const RunContext& context) {
  std::optional<WebhookDelivery> delivery;
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, context.stop, at_most_forever(patience), [&] {
    delivery = take(request_id);
    return delivery.has_value();
  });
  lock.unlock();
  if (!delivery) context.throw_if_stopped();
  return delivery;
}

std::optional<WebhookDelivery> WebhookInbox::look(const std::string& token) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const WebhookDelivery& delivery) { return delivery.token == token; });
  return found == kept_.end() ? std::nullopt : std::optional(*found);
}

std::optional<WebhookDelivery> WebhookInbox::wait_for_token(const std::string& token,
                                                            std::chrono::milliseconds patience,
                                                            const RunContext& context) {
  if (token.empty()) return std::nullopt;
  std::optional<WebhookDelivery> delivery;
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, context.stop, at_most_forever(patience), [&] {
    delivery = look(token);
    return delivery.has_value();
  });
  lock.unlock();
  if (!delivery) context.throw_if_stopped();
  return delivery;
}

std::vector<std::pair<std::string, std::string>> WebhookInbox::tokens() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::string>> all;
  for (const WebhookDelivery& delivery : kept_) {
    if (!delivery.token.empty()) all.emplace_back(delivery.token, delivery.request_id);
  }
  return all;
}

std::shared_ptr<void> WebhookInbox::listen(const std::string& request_id, Callback callback) {
  std::unique_lock lock(mutex_);
  if (const auto delivery = take(request_id)) {
    lock.unlock();
    callback(*delivery);
    return nullptr;
  }
  // The handle keeps the entry alive: another entry of the same request can't reuse its address and be mistaken for it.
  const auto entry = listeners_.emplace(request_id, std::make_shared<Callback>(std::move(callback)))->second;
  return {entry.get(), [self = shared_from_this(), request_id, entry](void*) { self->leave(request_id, entry); }};
}

void WebhookInbox::leave(const std::string& request_id, const std::shared_ptr<Callback>& callback) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = listeners_.equal_range(request_id);
  const auto entry = std::find_if(first, last, [&](const auto& each) { return each.second == callback; });
  if (entry != last) listeners_.erase(entry);
}

}  // namespace react1::fal
