// SPDX-License-Identifier: Apache-2.0
// The record of earlier uploads: which content is stored where, and which parts of a large file have arrived.
// Optional: when the memory can't be read or written, that is logged and the upload works without it.
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

/// A file, identified by its content.
struct Content {
  std::string sha256;  ///< lower-case hex
  std::int64_t bytes = 0;
  std::string type;    ///< media type
  std::string name{};  ///< the name it was given at the host, if any; the file's own name is ignored
};

/// Whose uploads are remembered, and for how long they count as present. Uploads with another secret, to
/// another host or under other settings are not visible.
struct UploadScope {
  std::string file;                            ///< SQLite, created when missing; empty: nothing is remembered
  Secret secret;                               ///< URLs are encrypted with it before they are written to disk
  std::string host;                            ///< ClipHost::identity()
  std::string settings{};                      ///< of the uploads, as text: how long they live, who may read them
  std::optional<std::chrono::seconds> life{};  ///< requested from the host; nullopt: none
  std::chrono::seconds assumed_life{};         ///< used when neither `life` nor the URL specifies it
  std::chrono::seconds margin{};               ///< an upload that ends within this time is not used again
};

/// Thread-safe; entries are shared with other processes. URLs are sealed, because anyone with a signed one may write
/// to it.
class UploadMemory {
 public:
  /// nullptr when the scope names no file, or one that can't be opened (logged). `clock` must outlive it.
  [[nodiscard]] static std::unique_ptr<UploadMemory> open(UploadScope scope, const Clock& clock);

  struct Found {
    std::string url;
    std::optional<std::chrono::system_clock::time_point> expires{};  ///< nullopt: not known
  };
  /// The URL of that content, unless it ends within the margin or its time is implausible.
  [[nodiscard]] std::optional<Found> find(const Content& content) const;
  /// `uploaded` is when its upload began: its life counts from that time at the latest.
  void remember(const Content& content, const std::string& file_url, std::chrono::system_clock::time_point uploaded);
  void forget(const Content& content);

  /// An upload in parts that an earlier attempt has started.
  struct Begun {
    std::string upload_url, file_url;
    std::int64_t part_bytes = 0;
    std::map<int, std::string> etags{};  ///< of the parts that have arrived, by number from 1
  };
  /// Takes over the unfinished upload of that content; nullopt when there is none, its URL has expired (it is deleted
  /// then), or another upload holds it.
  [[nodiscard]] std::optional<Begun> resume(const Content& content);
  /// False when it can't be stored, or another upload of the same content holds it.
  [[nodiscard]] bool begin(const Content& content, const Begun& begun);
  void arrived(const Content& content, int number, const std::string& etag);
  /// Releases the parts that have arrived to a later attempt.
  void release(const Content& content);
  void forget_parts(const Content& content);

  UploadMemory(UploadScope scope, const Clock& clock);  ///< Throws Error{io}; see open().

 private:
  [[nodiscard]] std::string id_of(const Content& content) const;
  /// Runs what may fail; a failure is logged, and counts as "nothing known".
  template <class Call>
  auto without_fail(const Call& call) const -> decltype(call());

  const Clock& clock_;
  const UploadScope scope_;
  const Sealer sealer_;
  mutable store::UploadLedger ledger_;
  mutable std::atomic<std::chrono::steady_clock::rep> resting_until_ =
      std::chrono::steady_clock::time_point::min().time_since_epoch().count();
};

/// When an upload is known to end: by its URL, or by the requested `life`. nullopt: not known.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> known_end(
    const std::string& url, std::optional<std::chrono::seconds> life, std::chrono::system_clock::time_point uploaded);

}  // namespace react1::hosts
