// SPDX-License-Identifier: Apache-2.0
// What the sandbox may talk to: itself, this process, and the ports that its user has named.
#pragma once

#include <string>

#include <react1/sandbox.hpp>

#include "serve/http_types.hpp"

namespace react1::sandbox {

/// Whoever has the key could otherwise make the sandbox ask other services of this machine. Immutable; any thread.
class Reach {
 public:
  explicit Reach(const SandboxOptions& options);
  /// An http(s) URL of this machine at one of those ports.
  [[nodiscard]] bool allows(const std::string& url) const;

 private:
  std::vector<std::uint16_t> ports_;
  bool all_;
};

/// The refusal of a request that a web page may have caused: its host is no name of this machine with our port (a name
/// that was rebound to it), or it has an origin. nullopt: it is none.
[[nodiscard]] std::optional<serve::Response> refuse_web_page(const serve::RequestHead& head, std::uint16_t port);

}  // namespace react1::sandbox
