// SPDX-License-Identifier: Apache-2.0
// What uploads leave behind for later ones: which content is stored where, and which parts of a large file have
// arrived. A help and never a condition: when the memory can't be read or written, that is logged and the upload does
// without.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <react1/secret.hpp>

#include "core/clock.hpp"
#include "core/seal.hpp"
#include "store/upload_ledger.hpp"

namespace react1::hosts {

/// A file by what is in it.
struct Content {
  std::string sha256;  ///< lower-case hex
  std::int64_t bytes = 0;
  std::string type;    ///< media type
  std::string name{};  ///< where it was given one for the host; the file's own name plays no part
};

/// Whose uploads are remembered, and for how long they count as present. What was uploaded with another secret, to
/// another host or under other settings is not seen.
struct UploadScope {
  std::string file;                            ///< SQLite, created when missing; empty: nothing is remembered
  Secret secret;                               ///< URLs are sealed with it before they reach the disk
  std::string host;                            ///< ClipHost::identity()
  std::string settings{};                      ///< of the uploads, as text: how long they live, who may read them
  std::optional<std::chrono::seconds> life{};  ///< that the host was asked for; nullopt: none
  std::chrono::seconds assumed_life{};         ///< where neither `life` nor the URL says
  std::chrono::seconds margin{};               ///< what ends within this time is not used again
};

/// Thread-safe; entries are shared with other processes. URLs are sealed, because whoever has a signed one may write
/// there.
class UploadMemory {
 public:
  /// nullptr when the scope names no file, or one that can't be opened (logged). `clock` must outlive it.
  [[nodiscard]] static std::unique_ptr<UploadMemory> open(UploadScope scope, const Clock& clock);

  struct Found {
    std::string url;
    std::optional<std::chrono::system_clock::time_point> expires{};  ///< nullopt: not known
  };
  /// Where that content is stored, unless it ends within the margin or its time can't be right.
  [[nodiscard]] std::optional<Found> find(const Content& content) const;
  /// `uploaded` is when its upload began: its life counts from no later than that.
  void remember(const Content& content, const std::string& file_url, std::chrono::system_clock::time_point uploaded);
  void forget(const Content& content);

  /// An upload in parts that an earlier attempt has begun.
  struct Begun {
    std::string upload_url, file_url;
    std::int64_t part_bytes = 0;
    std::map<int, std::string> etags{};  ///< of the parts that are there, by number from 1
  };
  /// Takes the unfinished upload of that content over; nullopt when there is none, its URL has expired (it is forgotten
  /// then), or another upload is at it.
  [[nodiscard]] std::optional<Begun> resume(const Content& content);
  /// False when it can't be kept, or another upload of the same content is at it.
  [[nodiscard]] bool begin(const Content& content, const Begun& begun);
  void arrived(const Content& content, int number, const std::string& etag);
  /// Leaves what has arrived to a later attempt.
  void release(const Content& content);
  void forget_parts(const Content& content);

  UploadMemory(UploadScope scope, const Clock& clock);  ///< Throws Error{io}; see open().

 private:
  [[nodiscard]] std::string id_of(const Content& content) const;
  /// Does what may fail; a failure is logged, and counts as "nothing known".
  template <class Call>
  auto without_fail(const Call& call) const -> decltype(call());

  const Clock& clock_;
  const UploadScope scope_;
  const Sealer sealer_;
  mutable store::UploadLedger ledger_;
  mutable std::atomic<std::chrono::steady_clock::rep> resting_until_ =
      std::chrono::steady_clock::time_point::min().time_since_epoch().count();
};

/// When an upload is known to end: by its URL, or by the `life` that was asked for. nullopt: not known.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> known_end(
    const std::string& url, std::optional<std::chrono::seconds> life, std::chrono::system_clock::time_point uploaded);

}  // namespace react1::hosts
