// SPDX-License-Identifier: Apache-2.0
// A proxy that forwards everything, until it is configured to answer by itself.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "support/raw_server.hpp"

namespace react1::test {

/// What an answer of the middle is made from.
struct Scene {
  const SeenRequest& request;
  const std::function<std::string()>& real;  ///< forwards the request; the service's whole answer
  const std::vector<std::string>& earlier;   ///< answers that the service gave before, whole
};

/// One way to answer in the service's place; false ends the connection.
struct Answer {
  const char* name;
  std::function<bool(Connection&, const Scene&)> give;
};

/// Pages, redirects, breaks, truncations, encodings, and answers of other requests.
[[nodiscard]] const std::vector<Answer>& hostile_answers();

/// When and how to answer.
struct Ambush {
  std::size_t first = 0;             ///< the first request, from 0, that is not answered by the service
  std::size_t count = 0;             ///< how many in a row
  const Answer* answer = nullptr;    ///< nullptr: nothing is answered here
  bool reaches_the_service = false;  ///< the request is forwarded, and only its answer is lost
};

/// An HTTP proxy on loopback, for requests in the clear.
class HostileMiddle {
 public:
  explicit HostileMiddle(Ambush ambush = {});

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::size_t requests() const;

 private:
  bool converse(Connection& connection, const SeenRequest& request);

  const Ambush ambush_;
  mutable std::mutex mutex_;  // requests come on several connections
  std::size_t count_ = 0;
  std::vector<std::string> earlier_;
  RawServer server_;  // last: it calls converse()
};

}  // namespace react1::test
