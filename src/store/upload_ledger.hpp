// SPDX-License-Identifier: Apache-2.0
// The upload ledger: files stored at the service, and the parts of unfinished uploads. A file of its own and not a
// table of the job store: losing it costs a second upload and never a second payment, it belongs to this machine where
// a job store may be shared, and a program of another version may simply recreate it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "store/sqlite/sqlite.hpp"

namespace react1::store {

/// SQLite; safe from several threads and processes. Texts are stored unchanged: the caller seals secrets.
/// Every call throws Error{io}.
class UploadLedger {
 public:
  /// Opens or creates `path`, with access for its owner only; rows older than 30 days are dropped. A file that is not a
  /// ledger (see store/sqlite/file_identity.hpp) is refused and not changed. `clock` must outlive the ledger.
  UploadLedger(const std::string& path, const Clock& clock);

  struct File {
    std::string sealed;
    std::int64_t uploaded_ms = 0, expires_ms = 0;  ///< Unix time
  };
  [[nodiscard]] std::optional<File> find_file(const std::string& id) const;
  void put_file(const std::string& id, const File& file);
  void forget_file(const std::string& id);

  /// An upload in parts that has been started.
  struct Session {
    std::string sealed;
    std::int64_t part_bytes = 0, begun_ms = 0;
    std::map<int, std::string> etags{};  ///< of the parts that have arrived, by number from 1
  };
  /// The session `id`, now held by this process, or nullopt when there is none or another running
  /// upload holds it.
  [[nodiscard]] std::optional<Session> take_session(const std::string& id);
  /// Starts one, held by this process; false when another running upload holds that id.
  [[nodiscard]] bool begin_session(const std::string& id, const Session& session);
  void put_part(const std::string& id, int number, const std::string& etag);
  /// Releases it to a later upload.
  void release_session(const std::string& id);
  void forget_session(const std::string& id);

 private:
  [[nodiscard]] std::string holder_of(const std::string& id) const;
  void remove_session(const std::string& id);

  const Clock& clock_;
  mutable Turn turn_;  // serialises the use of database_
  mutable Database database_;
};

}  // namespace react1::store
