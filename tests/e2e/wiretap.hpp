// SPDX-License-Identifier: Apache-2.0
// Sits between the program and a service and keeps every request whole, as it came: head and body.
#pragma once

#include <string>
#include <vector>

#include "support/raw_server.hpp"

namespace react1::test {

/// A reverse proxy on loopback. URLs of the service that are in its answers come out as the tap's own, and the other
/// way round, so that the program never leaves it. Bodies and event streams are forwarded when they are complete.
class Wiretap {
 public:
  /// `files`: where files that are asked for whole (the results) are redirected to; empty: nowhere.
  explicit Wiretap(std::string service, std::string files = {});

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<SeenRequest> requests() const { return server_.requests(); }

 private:
  [[nodiscard]] std::string hand_on(const SeenRequest& seen) const;

  const std::string service_;
  const std::string files_;
  RawServer server_;  // last: it calls hand_on()
};

}  // namespace react1::test
