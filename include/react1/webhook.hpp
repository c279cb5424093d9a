// SPDX-License-Identifier: Apache-2.0
// Webhooks: reports of the service about requests that have ended. Verification of their signatures, and a receiver.
// A report is only a hint. The result is always requested with the key: see FalClient::result().
// Source of the protocol: fal's webhooks page.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <react1/api.hpp>
#include <react1/run_context.hpp>

namespace react1::REACT1_ABI {

/// Names and values as they arrived; names compare without case.
using WebhookHeaders = std::vector<std::pair<std::string, std::string>>;

/// A public Ed25519 key of the service.
struct WebhookKey {
  std::string id;  ///< `kid`; empty when it has none. The signature does not name its key, so each is tried.
  std::array<std::uint8_t, 32> bytes{};
};
using WebhookKeys = std::vector<WebhookKey>;

/// The Ed25519 keys of a JSON Web Key Set; other keys are left out. Empty when there is none or the set is invalid.
[[nodiscard]] REACT1_API WebhookKeys parse_webhook_keys(std::string_view json);

enum class WebhookVerdict {
  authentic,         ///< sent by the service, within the time window, and not seen before
  duplicate,         ///< authentic, but seen before: a repeated delivery or a replay. Not an error; act on it only once
  missing_header,    ///< one of the four X-Fal-Webhook headers is missing or empty
  malformed_header,  ///< one of them is repeated or malformed
  too_old,           ///< its timestamp is more than the tolerance before now
  too_new,           ///< or after now
  wrong_signature,   ///< no key of the service made it for this body and these headers
  keys_unavailable,  ///< the service's keys could not be fetched; the delivery may be authentic, request it again
};
[[nodiscard]] REACT1_API std::string_view to_string(WebhookVerdict verdict) noexcept;

struct WebhookCheck {
  WebhookVerdict verdict = WebhookVerdict::missing_header;
  std::string reason;      ///< for people, one line; empty when authentic
  std::string request_id;  ///< of the header; reliable only when trusted()
  std::string user_id;     ///< whose request it is; likewise

  /// Sent by the service, whether for the first time or again.
  [[nodiscard]] bool trusted() const noexcept {
    return verdict == WebhookVerdict::authentic || verdict == WebhookVerdict::duplicate;
  }
};

/// Verifies one delivery: Ed25519 over request id, user id, timestamp and the lower-case hex SHA-256 of `body`, joined
/// by line feeds; the timestamp (Unix seconds) within `tolerance` of `now`. `body` is what arrived, byte for byte. A
/// pure function: it detects neither duplicates nor new keys of the service. WebhookVerifier does.
[[nodiscard]] REACT1_API WebhookCheck verify_webhook(const WebhookHeaders& headers, std::string_view body,
                                                     const WebhookKeys& keys, std::chrono::system_clock::time_point now,
                                                     std::chrono::seconds tolerance = std::chrono::seconds(300));

/// Where a service with this rest URL (FalOptions::rest_url) publishes its signing keys; for WebhookOptions::keys_url.
[[nodiscard]] REACT1_API std::string webhook_keys_url(const std::string& rest_url);

struct WebhookOptions {
  std::string keys_url = "https://rest.fal.ai/.well-known/jwks.json";  ///< plain http is accepted for loopback only
  std::chrono::seconds tolerance{300};                                 ///< as the service documents
  std::chrono::seconds keys_life{86'400};  ///< keys are fetched again after this time; at most 24 h
  /// Between two fetches, successful or not. An unknown signature may come from a new key, or from an attacker who
  /// tries to cause many fetches.
  std::chrono::seconds keys_floor{60};
  std::chrono::milliseconds fetch_timeout{10'000};
  std::size_t remembered = 100'000;  ///< deliveries kept for finding duplicates; the oldest are dropped first
};

/// verify_webhook() with the service's own keys and a memory for duplicates. Any thread.
class REACT1_API WebhookVerifier {
 public:
  /// Throws Error{usage} when the options make no sense. Fetches nothing yet.
  explicit WebhookVerifier(WebhookOptions options = {});
  WebhookVerifier(WebhookVerifier&&) noexcept;
  WebhookVerifier& operator=(WebhookVerifier&&) noexcept;
  ~WebhookVerifier();

  /// May fetch the keys first, once, and then takes up to fetch_timeout. Throws Error{interrupted} only.
  [[nodiscard]] WebhookCheck verify(const WebhookHeaders& headers, std::string_view body, const RunContext& context);

 private:
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

/// A verified report.
struct WebhookDelivery {
  std::string request_id;  ///< of the queue, as returned by submit()
  std::string token{};     ///< the segment after the receiver's path; see SubmitWatch::token. Empty: none
  bool ok = false;         ///< the service said "OK"; "ERROR" and unknown words are false
  std::string body;        ///< JSON as received: request_id, gateway_request_id, status, payload, error, …
};

struct WebhookReceiverOptions {
  /// IPv4 address to listen on. The service reaches public addresses only, so this needs a tunnel or a reverse proxy
  /// with https; hence loopback by default.
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                             ///< 0: any free one
  std::string path = "/";                             ///< this path and those with one more segment are served
  std::size_t max_body_bytes = std::size_t{1} << 20;  ///< a longer body is answered with 413
  std::size_t kept = 1024;  ///< verified reports that were not requested yet; the oldest are dropped first
  std::string user_id{};    ///< accept reports of this user's requests only; empty: of any
  WebhookOptions verification{};
};

/// Listens for reports from construction to destruction and keeps each verified one until it is requested.
/// Answers: 200 for a verified report, repeated ones included; 400 and 401 for what can't be verified; 403 for another
/// user's; 404, 405 and 413; 503 while the keys can't be fetched or too many reports wait, so that the service delivers
/// again. Any thread. A lost report does no harm: polling finds the same end.
/// A FalClient with a receiver (FalOptions::webhook_receiver) waits for reports automatically.
class REACT1_API WebhookReceiver {
 public:
  /// Throws Error{io} when the address can't be listened on, Error{usage} when the options make no sense.
  explicit WebhookReceiver(WebhookReceiverOptions options = {});
  WebhookReceiver(const WebhookReceiver&) = delete;
  WebhookReceiver& operator=(const WebhookReceiver&) = delete;
  ~WebhookReceiver();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Removes and returns the report of `request_id` once it has arrived; nullopt when none came within `patience`.
  /// Throws Error{interrupted} on a stop.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for(const std::string& request_id,
                                                        std::chrono::milliseconds patience, const RunContext& context);
  /// The report that came to "<path>/<token>"; it stays available for wait_for().
  [[nodiscard]] std::optional<WebhookDelivery> wait_for_token(const std::string& token,
                                                              std::chrono::milliseconds patience,
                                                              const RunContext& context);
  /// Token and request id of all kept reports that came with a token; they stay available.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> tokens() const;
  /// The same without a waiting thread: `callback` is called once with the report, which is then no longer kept.
  /// If the report has already arrived, within this call; otherwise on the receiver's own thread, where it must return
  /// quickly, must not throw and must not use the receiver. All callbacks of one request are called. Destroying the
  /// returned handle ends this; it waits for a call in progress. The handle (null when there is nothing to wait for)
  /// may outlive the receiver.
  [[nodiscard]] std::shared_ptr<void> when_reported(const std::string& request_id,
                                                    std::function<void(const WebhookDelivery&)> callback);

 private:
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1::REACT1_ABI
