// SPDX-License-Identifier: Apache-2.0
// The URL of each call, and which of the URLs returned by a service may be used, with and without the key.
#pragma once

#include <optional>
#include <string>

#include <react1/fal.hpp>

#include "http/message/address.hpp"
#include "http/message/url.hpp"

namespace react1::fal {

/// Built once from validated options; immutable, so any thread.
class Endpoints {
 public:
  /// Throws Error{usage} when a URL or the endpoint name of the options is invalid.
  explicit Endpoints(const FalOptions& options);

  /// The full endpoint name is the path of a submit.
  [[nodiscard]] const std::string& submit() const noexcept { return submit_; }
  [[nodiscard]] const std::string& initiate_upload() const noexcept { return initiate_; }
  [[nodiscard]] const std::string& initiate_multipart() const noexcept { return initiate_multipart_; }
  /// The host that issues upload URLs, as configured.
  [[nodiscard]] const std::string& rest() const noexcept { return rest_.text; }

  /// The queue, as configured.
  [[nodiscard]] const std::string& queue() const noexcept { return queue_.text; }
  [[nodiscard]] bool is_queue_on_loopback() const noexcept { return http::is_loopback(queue_.url); }
  /// The status URL of `request_id`, derived from the endpoint.
  [[nodiscard]] std::string status_of(const std::string& request_id) const { return derived(request_id, "/status"); }
  /// The platform API, without a trailing slash; empty: it is not used.
  [[nodiscard]] const std::string& platform() const noexcept { return platform_.text; }
  /// True for URLs of the platform API; only calls to the platform may send the key there.
  [[nodiscard]] bool is_platform(const std::string& text) const;

  /// URLs of an accepted request. The service's own are kept when they point to the service; the others are derived
  /// from endpoint and request id (owner and alias only, whatever sub-path the endpoint has).
  /// `replaced` is set when a URL was present but points elsewhere.
  [[nodiscard]] RequestRef checked(RequestRef request, bool& replaced) const;

  /// True when the key may be sent to `text`: the configured hosts and, when the configured queue is fal's own, fal's
  /// other run hosts.
  [[nodiscard]] bool may_hold_key(const std::string& text) const;
  /// True for the URLs of files: https anywhere within reach(), plain http only on this machine and only when the
  /// service is there too.
  [[nodiscard]] bool may_transfer(const std::string& text) const;
  /// Where the service's files may be: a service on the internet must not refer to a private network, and only one on
  /// this machine may refer to this machine. A gateway with its own name may be in a private network, with its files.
  [[nodiscard]] http::Reach reach() const;

 private:
  [[nodiscard]] std::string derived(const std::string& request_id, const char* suffix) const;

  struct Base {
    std::string text;  ///< without a trailing slash
    http::Url url;
  };
  static Base checked_base(std::string text, const char* name);
  static Base platform_base(const std::string& configured, bool fal_itself);

  Base queue_, rest_;
  bool fal_itself_;  ///< the configured queue is fal's own; needs queue_
  Base platform_;    ///< empty: none; needs fal_itself_
  std::string submit_, initiate_, initiate_multipart_;
  std::string requests_;  ///< ".../owner/alias/requests/"
};

}  // namespace react1::fal
