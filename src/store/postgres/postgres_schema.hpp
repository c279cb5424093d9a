// SPDX-License-Identifier: Apache-2.0
// The tables of the job store in a PostgreSQL database, all in their own schema: created, migrated, and
// identified before anything is written.
#pragma once

#include <string>

#include "store/postgres/connection.hpp"

namespace react1::store {

/// What a database reports about itself.
struct PostgresIdentity {
  std::string store_id;  ///< random, chosen when the store was created; a copy of the database has the same
};

/// Creates the schema `react1` or migrates it, one program at a time. nullopt: the connection was lost. Throws
/// Error{io} for a server older than 15, for a schema of that name that is not a job store, and for a store that
/// requires a newer program. Programs of several versions may use one store at the same time, as long as the newest
/// has only added to it.
[[nodiscard]] std::optional<PostgresIdentity> ensure_schema(PostgresConnection& connection, const Wait& wait);

}  // namespace react1::store
