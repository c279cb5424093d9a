// SPDX-License-Identifier: Apache-2.0
// The locks taken by the transactions of all programs on one database. They are PostgreSQL advisory locks and end
// with their transaction, however it ends.
#pragma once

#include <cstdint>
#include <string>

namespace react1::store {

/// First half of a lock's key, to avoid collisions with other programs' locks: "R1" and the kind of lock.
enum class Lock : std::int32_t {
  migration = 0x52310001,
  budget = 0x52310002,   ///< spending is summed up and increased by one transaction at a time
  intent = 0x52310003,   ///< one live job per intent; the second half is a hash of the intent
  request = 0x52310004,  ///< one job per request; likewise
};

/// Takes the lock until the end of the transaction.
[[nodiscard]] inline std::string advisory_lock(Lock lock) {
  return "SELECT pg_advisory_xact_lock(" + std::to_string(static_cast<std::int32_t>(lock)) + ", 0);";
}

/// With $1 as the locked object.
[[nodiscard]] inline std::string advisory_lock_of_value(Lock lock) {
  return "SELECT pg_advisory_xact_lock(" + std::to_string(static_cast<std::int32_t>(lock)) + ", hashtext($1))";
}

}  // namespace react1::store
