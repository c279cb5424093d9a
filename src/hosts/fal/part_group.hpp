// SPDX-License-Identifier: Apache-2.0
// Worker threads that send the parts of one file, and the calling thread that monitors them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "fal/protocol/session.hpp"
#include "hosts/common/local_file.hpp"

namespace react1::hosts {

/// One part of a file.
struct Part {
  int number = 1;
  std::int64_t offset = 0, bytes = 0;
  std::string sha256{};  ///< of its bytes as planned; empty: not known
};
/// `bytes` split into parts of `part_bytes`; the last one holds the rest and is never empty.
[[nodiscard]] std::vector<Part> parts_of(std::int64_t bytes, std::int64_t part_bytes);

/// Used once, from one thread.
class PartGroup {
 public:
  /// Called for each part that has arrived, on the threads of the group, one at a time.
  using Arrived = std::function<void(int number, const std::string& etag)>;

  /// `etags` are the parts that need not be sent.
  PartGroup(const fal::Session& session, const LocalFile& file, const std::string& upload_url, std::vector<Part> parts,
            const std::map<int, std::string>& etags, Arrived arrived);

  /// Sends what is missing and returns all etags. The first failure stops the other parts and is thrown: an Error, or
  /// Refused.
  [[nodiscard]] std::map<int, std::string> run(int at_once, const RunContext& context);

 private:
  void work(const RunContext& context);
  [[nodiscard]] const Part* next();
  void send(const Part& part, const RunContext& context);
  void note_sent(int number, std::int64_t bytes);

  const fal::Session& session_;
  const LocalFile& file_;
  const std::string& upload_url_;
  const std::vector<Part> parts_;
  const Arrived arrived_;
  std::stop_source stop_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<int, std::string> etags_;
  std::map<int, std::int64_t> sent_;  ///< bytes of each part that were passed to the network
  std::size_t next_ = 0;
  int working_ = 0;
  std::exception_ptr failure_;
};

/// The host rejects this upload: a 4xx that retrying does not resolve.
struct Refused {
  http::Response response;
  std::string action;
};

}  // namespace react1::hosts
