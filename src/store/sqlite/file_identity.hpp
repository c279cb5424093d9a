// SPDX-License-Identifier: Apache-2.0
// The owner of a database file. Both of our files carry an application_id; a file of another program, of another kind
// or of a newer react1 is refused before anything is written to it.
#pragma once

#include <cstdint>
#include <string>

#include "store/sqlite/sqlite.hpp"

namespace react1::store {

struct Identity {
  std::int32_t application_id;  ///< of SQLite's header
  const char* what;             ///< in messages
  std::int64_t newest;          ///< user_version that this program writes
  /// Creates the tables of that user_version in an empty database: it identifies files older than application_id.
  void (*build)(Database& empty, std::int64_t version);
};

inline constexpr std::int32_t kJobStoreId = 0x52314A42;      // "R1JB"
inline constexpr std::int32_t kUploadLedgerId = 0x52315550;  // "R1UP"

/// To be called before SQLite opens `path`: throws Error{io} for anything but a database of that identity, an empty
/// file or no file, and changes none of them. A missing file is created, for its owner alone; one of ours is made
/// private. Returns `path`.
[[nodiscard]] const std::string& database_file(const std::string& path, const Identity& identity);

/// Throws Error{io} when `version` is above what this program writes.
void refuse_newer(const Database& database, const Identity& identity, std::int64_t version);

/// Checks again what was opened, and marks a new or older file as ours. Throws Error{io} as above, also for triggers
/// and views: we make none. Safe when several processes do it at once.
void claim(Database& database, const Identity& identity);

}  // namespace react1::store
