// SPDX-License-Identifier: Apache-2.0
// What uploads leave behind for later ones: which content lies where, and which parts of a large file have arrived.
// A help and never a condition: when the memory can't be read or written, that is logged and the upload does without.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <react1/fal.hpp>

#include "core/clock.hpp"
#include "core/seal.hpp"
#include "fal/protocol/wire.hpp"
#include "store/upload_ledger.hpp"

namespace react1::fal {

/// A file by what is in it.
struct Content {
  std::string sha256;  ///< lower-case hex
  std::int64_t bytes = 0;
  std::string type;    ///< media type
  std::string name{};  ///< where it was given one for the service; the file's own name plays no part
};

/// Thread-safe; entries are shared with other processes. They belong to one key, one rest host and one lifecycle: what
/// was uploaded under another is not seen. URLs are sealed with the key before they reach the disk, because whoever has
/// a signed one may write there.
class UploadMemory {
 public:
  /// nullptr when the options name no memory, or one that can't be opened (logged). `clock` must outlive it.
  [[nodiscard]] static std::unique_ptr<UploadMemory> open(const FalOptions& options, const Clock& clock);

  /// Where that content lies, unless it ends within the margin of the options or its time can't be right.
  [[nodiscard]] std::optional<std::string> find(const Content& content) const;
  /// `uploaded` is when its upload began: its life counts from no later than that.
  void remember(const Content& content, const std::string& file_url, std::chrono::system_clock::time_point uploaded);
  void forget(const Content& content);

  /// An upload in parts that an earlier attempt has begun.
  struct Begun {
    UploadTarget target;
    std::int64_t part_bytes = 0;
    std::map<int, std::string> etags;  ///< of the parts that are there, by number from 1
  };
  /// Takes the unfinished upload of that content over; nullopt when there is none, its URL has expired (it is forgotten
  /// then), or another upload is at it.
  [[nodiscard]] std::optional<Begun> resume(const Content& content);
  /// False when it can't be kept, or another upload of the same content is at it.
  [[nodiscard]] bool begin(const Content& content, const UploadTarget& target, std::int64_t part_bytes);
  void arrived(const Content& content, int number, const std::string& etag);
  /// Leaves what has arrived to a later attempt.
  void release(const Content& content);
  void forget_parts(const Content& content);

  UploadMemory(const FalOptions& options, const Clock& clock);  ///< Throws Error{io}; see open().

 private:
  [[nodiscard]] std::string id_of(const Content& content) const;
  /// Does what may fail; a failure is logged, and counts as "nothing known".
  template <class Call>
  auto without_fail(const Call& call) const -> decltype(call());

  const Clock& clock_;
  UploadOptions options_;
  std::string host_;
  Sealer sealer_;
  mutable store::UploadLedger ledger_;
  mutable std::atomic<std::chrono::steady_clock::rep> resting_until_ =
      std::chrono::steady_clock::time_point::min().time_since_epoch().count();
};

}  // namespace react1::fal
