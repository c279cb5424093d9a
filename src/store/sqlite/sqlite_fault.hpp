// SPDX-License-Identifier: Apache-2.0
// Diagnoses a failure of SQLite: the underlying fault, as far as it is visible, and a hint.
#pragma once

#include <sqlite3.h>

#include <string>

namespace react1::store {

struct Fault {
  std::string detail, hint;
  bool retryable = false;
};

/// Of the failure `rc` of `handle` (which may be null) on the file `path`; `what` names it in messages.
[[nodiscard]] Fault fault_of(sqlite3* handle, int rc, const std::string& path, const std::string& what);

/// False when the file system of `path` certainly supports no locks, so that waiting is useless. SQLite
/// itself treats that answer as a lock of another process.
[[nodiscard]] bool takes_locks(const std::string& path) noexcept;

}  // namespace react1::store
