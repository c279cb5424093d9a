// SPDX-License-Identifier: Apache-2.0
// The store's tables and how an older store becomes a current one.
#pragma once

#include "store/sqlite/file_identity.hpp"

namespace react1::store {

/// Migrates the database to the current version, in one transaction; safe when several processes do it at once.
/// Throws Error{io} when it was written by a newer program.
void migrate(Database& database);

/// Identifies a job store.
[[nodiscard]] Identity job_store_identity() noexcept;

/// The version migrate() leads to.
[[nodiscard]] int current_version() noexcept;

}  // namespace react1::store
