// SPDX-License-Identifier: Apache-2.0
// What a failure of SQLite means: the fault behind it, as far as it can be seen, and what a person can do.
#pragma once

#include <sqlite3.h>

#include <string>

namespace react1::store {

struct Fault {
  std::string detail, hint;
  bool retryable = false;
};

/// Of the failure `rc` of `handle` (which may be null) on the file `path`, a `what` to people.
[[nodiscard]] Fault fault_of(sqlite3* handle, int rc, const std::string& path, const std::string& what);

/// False when the file system of `path` surely takes no locks, whoever holds them: waiting is of no use then. SQLite
/// itself takes that answer for a lock of somebody else.
[[nodiscard]] bool takes_locks(const std::string& path) noexcept;

}  // namespace react1::store
