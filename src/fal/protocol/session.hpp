// SPDX-License-Identifier: Apache-2.0
// What every call of the client needs: options, addresses, transport, clock.
#pragma once

#include <react1/fal.hpp>

#include "core/clock.hpp"
#include "core/model.hpp"
#include "fal/protocol/endpoints.hpp"
#include "fal/protocol/errors.hpp"
#include "http/message/transport.hpp"
#include "http/policy/retry.hpp"

namespace react1::fal {

/// The options with their durations saturated (core/saturate).
[[nodiscard]] FalOptions within_time(FalOptions options);
/// All problems of the options in one Error{usage}, or Error{auth} for the key. Called before anything else.
void check_options(const FalOptions& options);
/// Throws Error{auth} unless `key` can be sent as "Authorization: Key <id>:<secret>". Names the problem, not the key.
void check_key(const Secret& key);

/// The references must outlive it. Immutable after construction; any thread.
class Session {
 public:
  Session(const FalOptions& options, http::Transport& transport, const Clock& clock, http::Dice dice);

  [[nodiscard]] const FalOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Endpoints& endpoints() const noexcept { return endpoints_; }
  /// Of the endpoint.
  [[nodiscard]] const Model& model() const noexcept { return model_; }
  [[nodiscard]] http::Transport& transport() const noexcept { return transport_; }
  [[nodiscard]] const Clock& clock() const noexcept { return clock_; }
  [[nodiscard]] const http::Dice& dice() const noexcept { return dice_; }
  [[nodiscard]] http::RetryContext retry() const { return {options_.retry, clock_, dice_}; }

  /// A JSON exchange with the key. Throws Error{internal} for a URL that must not receive it: the final safety check.
  [[nodiscard]] http::Request with_key(http::Method method, const std::string& url,
                                       const char* accept = "application/json") const;
  /// The same for the platform API, and for no other URL.
  [[nodiscard]] http::Request to_platform(http::Method method, const std::string& url) const;
  /// An exchange with a storage or result host, without the key.
  [[nodiscard]] http::Request without_key(http::Method method, const std::string& url) const;

 private:
  [[nodiscard]] http::Request keyed(http::Method method, const std::string& url, const char* accept,
                                    bool allowed) const;

  const FalOptions& options_;
  Endpoints endpoints_;
  const Model& model_;
  http::Transport& transport_;
  const Clock& clock_;
  http::Dice dice_;
};

}  // namespace react1::fal
