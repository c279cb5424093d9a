// SPDX-License-Identifier: Apache-2.0
// The addresses the sandbox may connect to: itself, this process, and the ports configured by the user.
#pragma once

#include <string>

#include <react1/sandbox.hpp>

#include "serve/http_types.hpp"

namespace react1::sandbox {

/// Otherwise anyone with the key could make the sandbox query other services of this machine. Immutable; any thread.
class Reach {
 public:
  explicit Reach(const SandboxOptions& options);
  /// An http(s) URL of this machine at one of those ports.
  [[nodiscard]] bool allows(const std::string& url) const;

 private:
  std::vector<std::uint16_t> ports_;
  bool all_;
};

/// Refuses a request that a web page may have caused: its host is no name of this machine with our port (a name that
/// was rebound to it), or it has an Origin header. nullopt: not refused.
[[nodiscard]] std::optional<serve::Response> refuse_web_page(const serve::RequestHead& head, std::uint16_t port);

}  // namespace react1::sandbox
