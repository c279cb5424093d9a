// SPDX-License-Identifier: Apache-2.0
// What the service accepted and received: every paid submit, every request. It never contains a key or a signed URL.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <react1/sandbox.hpp>

#include "core/json_text.hpp"
#include "sandbox/protocol/route.hpp"

namespace react1::sandbox {

/// Safe from any thread. With a file, every entry is appended to it as one line of JSON:
///   {"event":"seen","ts",…,"method","route","authorization"}
///   {"event":"accepted","ts","number","request_id","input_sha256","rendered"}, on the disk before accepted() returns
///   {"event":"answered","ts","request_id","delivered"}
///   {"event":"completed","ts","request_id","state"}
class Ledger {
 public:
  /// `file` empty: memory only. Throws Error{io}.
  explicit Ledger(const std::string& file);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  void saw(std::string_view method, Route route, bool authorization);
  /// `rendered`: whether the job is really rendered. Throws Error{io} when the line can't be made durable; the submit
  /// does not count then.
  void accepted(const std::string& request_id, const std::string& input_sha256, bool rendered);
  void answered(const std::string& request_id, bool delivered);
  void completed(const std::string& request_id, std::string_view state);

  [[nodiscard]] std::uint64_t count() const;
  /// 1 for the first accepted submit; 0 for an unknown one.
  [[nodiscard]] std::uint64_t number_of(const std::string& request_id) const;
  [[nodiscard]] std::vector<SandboxSubmit> submits() const;
  [[nodiscard]] std::vector<SandboxRequest> requests() const;

 private:
  struct Seen {
    std::string_view method;  ///< a literal
    Route route;
    bool authorization;
  };
  /// False when it could not be written.
  bool append(const char* event, const Json& fields, bool durably);

  mutable std::mutex mutex_;
  std::string path_;
  int file_ = -1;
  bool failed_ = false;
  std::vector<SandboxSubmit> submits_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Seen> seen_;
};

}  // namespace react1::sandbox
