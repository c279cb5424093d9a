// SPDX-License-Identifier: Apache-2.0
// Addresses of PostgreSQL servers, as a user gives them.
#pragma once

#include <string>
#include <string_view>

namespace react1::store {

/// Whether the place of a store is the address of a PostgreSQL server; otherwise it is a path.
[[nodiscard]] bool is_postgres_address(std::string_view place) noexcept;

/// Whether the address has a password in it, wherever libpq finds one. False for an address that libpq can't read.
[[nodiscard]] bool has_password(const std::string& address);

}  // namespace react1::store
