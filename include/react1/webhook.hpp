// SPDX-License-Identifier: Apache-2.0
// Reports of the service about requests that have ended: whether they are the service's own, and a small receiver.
// What a report says is a hint only. The result is always asked for again, with the key: see FalClient::result().
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

/// The Ed25519 keys of a JSON Web Key Set; keys of other kinds are left out. Empty when there is none or it can't be
/// read.
[[nodiscard]] REACT1_API WebhookKeys parse_webhook_keys(std::string_view json);

enum class WebhookVerdict {
  authentic,         ///< sent by the service, within the time window, and not seen before
  duplicate,         ///< authentic, but seen before: a repeated delivery or a replay. No error; act on it once only
  missing_header,    ///< one of the four X-Fal-Webhook headers is not there or empty
  malformed_header,  ///< one of them is there twice or is not of its form
  too_old,           ///< its timestamp is more than the tolerance before now
  too_new,           ///< or after now
  wrong_signature,   ///< no key of the service made it for this body and these headers
  keys_unavailable,  ///< the service's keys could not be had; the delivery may be right, ask for it again
};
[[nodiscard]] REACT1_API std::string_view to_string(WebhookVerdict verdict) noexcept;

struct WebhookCheck {
  WebhookVerdict verdict = WebhookVerdict::missing_header;
  std::string reason;      ///< for people, one line; empty when authentic
  std::string request_id;  ///< of the header; to be believed when trusted() only
  std::string user_id;     ///< whose request it is; likewise

  /// Sent by the service, whether for the first time or again.
  [[nodiscard]] bool trusted() const noexcept {
    return verdict == WebhookVerdict::authentic || verdict == WebhookVerdict::duplicate;
  }
};

/// Judges one delivery: Ed25519 over request id, user id, timestamp and the lower-case hex SHA-256 of `body`, joined by
/// line feeds; the timestamp (Unix seconds) within `tolerance` of `now`. `body` is what arrived, byte for byte. A pure
/// function: it can't know duplicates, nor keys that the service has taken into use meanwhile. WebhookVerifier does.
[[nodiscard]] REACT1_API WebhookCheck verify_webhook(const WebhookHeaders& headers, std::string_view body,
                                                     const WebhookKeys& keys, std::chrono::system_clock::time_point now,
                                                     std::chrono::seconds tolerance = std::chrono::seconds(300));

/// Where a service with this rest URL (FalOptions::rest_url) publishes the keys that it signs with: for
/// WebhookOptions::keys_url.
[[nodiscard]] REACT1_API std::string webhook_keys_url(const std::string& rest_url);

struct WebhookOptions {
  std::string keys_url = "https://rest.fal.ai/.well-known/jwks.json";  ///< plain http is accepted for loopback only
  std::chrono::seconds tolerance{300};                                 ///< as the service documents
  std::chrono::seconds keys_life{86'400};  ///< keys are fetched anew after this time; at most 24 h, as the service asks
  /// Between two fetches, successful or not. A signature that no known key made may be by a new key, or by a stranger
  /// who would have us ask the service again and again.
  std::chrono::seconds keys_floor{60};
  std::chrono::milliseconds fetch_timeout{10'000};
  std::size_t remembered = 100'000;  ///< deliveries that duplicates are told by; the oldest are forgotten first
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
  std::string request_id;  ///< of the queue; what submit() gave
  std::string token{};     ///< what stands behind the receiver's path; see SubmitWatch::token. Empty: nothing
  bool ok = false;         ///< the service said "OK"; "ERROR" and unknown words are false
  std::string body;        ///< JSON as it came: request_id, gateway_request_id, status, payload, error, …
};

struct WebhookReceiverOptions {
  /// IPv4 address to listen on. The service reaches public addresses only, so this takes a tunnel or a reverse proxy
  /// that speaks https; hence loopback by default.
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                             ///< 0: any free one
  std::string path = "/";                             ///< this and paths of one more segment are answered
  std::size_t max_body_bytes = std::size_t{1} << 20;  ///< a longer body is answered with 413
  std::size_t kept = 1024;  ///< verified reports that nobody has asked for yet; the oldest are forgotten first
  std::string user_id{};    ///< accept reports of this user's requests only; empty: of any
  WebhookOptions verification{};
};

/// Listens for reports from construction to destruction and keeps each verified one until somebody asks for it.
/// Answers: 200 for a verified report, also for one that came before; 400 and 401 for what can't be verified; 403 for
/// another user's; 404, 405 and 413; 503 while the keys can't be had or too many wait, so that the service delivers
/// again. Any thread. A report that gets lost is no harm: polling finds the same end.
/// A FalClient that is given one (FalOptions::webhook_receiver) waits for reports by itself.
class REACT1_API WebhookReceiver {
 public:
  /// Throws Error{io} when the address can't be listened on, Error{usage} when the options make no sense.
  explicit WebhookReceiver(WebhookReceiverOptions options = {});
  WebhookReceiver(const WebhookReceiver&) = delete;
  WebhookReceiver& operator=(const WebhookReceiver&) = delete;
  ~WebhookReceiver();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Gives the report of `request_id` away once it is there; nullopt when none came within `patience`. Throws
  /// Error{interrupted} on a stop.
  [[nodiscard]] std::optional<WebhookDelivery> wait_for(const std::string& request_id,
                                                        std::chrono::milliseconds patience, const RunContext& context);
  /// The report that came to "<path>/<token>"; it is kept on, for wait_for().
  [[nodiscard]] std::optional<WebhookDelivery> wait_for_token(const std::string& token,
                                                              std::chrono::milliseconds patience,
                                                              const RunContext& context);
  /// Token and request id of all reports that are kept and came with a token; they are kept on.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> tokens() const;
  /// The same without a thread that waits: `told` is called once with the report, which is not kept any longer then.
  /// When it is there already, inside of this call; else on the receiver's own thread, where it must be quick and must
  /// not throw nor use the receiver. All who listen for one request are told. Nobody is any more once the returned
  /// handle is gone, whose end waits for a call under way; the handle (null when there is nothing to wait for) may
  /// outlive the receiver.
  [[nodiscard]] std::shared_ptr<void> when_reported(const std::string& request_id,
                                                    std::function<void(const WebhookDelivery&)> told);

 private:
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace react1::REACT1_ABI
