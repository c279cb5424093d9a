// SPDX-License-Identifier: Apache-2.0
// A service for the program to talk to, in the test's own process: the real sandbox, or one that misbehaves.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/raw_server.hpp"

namespace react1::test {

/// Answers every step of the protocol well, except those that a test overrides. The paid submits are counted.
class ScriptedService {
 public:
  ScriptedService();

  /// The whole answer to requests with this method whose target has `part` in it; later calls win.
  ScriptedService& answer(const std::string& method, const std::string& part, const std::string& whole_answer);
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::size_t submits() const { return server_.count("POST", "/fal-ai/"); }
  [[nodiscard]] const RawServer& server() const { return server_; }

 private:
  [[nodiscard]] std::string respond(const SeenRequest& request) const;

  mutable std::mutex mutex_;  // the server asks from its own threads
  std::vector<std::pair<std::pair<std::string, std::string>, std::string>> overrides_;
  RawServer server_;  // last: it calls respond()
};

}  // namespace react1::test
