// SPDX-License-Identifier: Apache-2.0
// What every ClipHost must do, wherever it keeps the clips. Each implementation runs this suite with its own place.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <react1/clip_host.hpp>
#include <string>

#include "support/raw_server.hpp"

namespace react1::test {

/// A host and the server behind it.
class HostPlace {
 public:
  virtual ~HostPlace() = default;
  [[nodiscard]] virtual ClipHost& host() = 0;
  /// Another process with the same memory of uploads, another host() therefore.
  virtual void restart() = 0;
  [[nodiscard]] virtual const RawServer& http() const = 0;
  /// Somebody has removed all files.
  virtual void lose_files() = 0;
  /// What happens when a PUT has arrived; an answer is sent in place of storing it. Before the first upload.
  virtual void on_put(std::function<std::optional<std::string>()> act) = 0;
  /// What may only be sent to whoever hands out upload URLs.
  [[nodiscard]] virtual std::string secret() const = 0;
};

/// Runs all checks; `make` gives a new place with nothing in it.
void run_host_contract(const std::function<std::unique_ptr<HostPlace>()>& make);

}  // namespace react1::test
