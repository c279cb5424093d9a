// SPDX-License-Identifier: Apache-2.0
// The transport over libcurl: the blocking interface of the engine.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/engine/engine.hpp"
#include "http/message/transport.hpp"
#include "http/policy/host_gate.hpp"
#include "http/policy/network.hpp"

namespace react1::http {

/// Exchanges on the process's engine, with one policy. Thread-safe.
///
/// Never switched on here: curl's verbose log (it prints the Authorization header), cookies, .netrc, signals.
class CurlTransport final : public Transport {
 public:
  /// Without a policy there are no host limits.
  /// Proxies and certificates are read from the environment now.
  explicit CurlTransport(std::string user_agent, std::shared_ptr<const GatePolicy> policy = nullptr);

  /// Callbacks of the request run on the calling thread, one at a time, and may throw: that ends the exchange
  /// and propagates. A stop takes effect within one iteration of the loop. Throws Error{internal} on the engine's own
  /// thread.
  [[nodiscard]] Outcome perform(const Request& request, const RunContext& context) override;

  /// Without waiting: see Engine::start(). `job_id` is for the log.
  Engine::ExchangeId start(Request request, std::string job_id, Engine::Completion done);
  /// The process's engine; kept from the first use on.
  [[nodiscard]] Engine& engine();

 private:
  void prepare(Request& request) const;

  std::string user_agent_;
  std::shared_ptr<const GatePolicy> policy_;
  std::shared_ptr<const NetworkSettings> network_;
  std::mutex mutex_;
  std::shared_ptr<Engine> engine_;  // under mutex_ until it is set
};

}  // namespace react1::http
