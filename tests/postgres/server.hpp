// SPDX-License-Identifier: Apache-2.0
// Whether there is a PostgreSQL server to test with. Without one no case runs, and ctest reports the program as
// skipped.
#pragma once

#include <cstdio>

#include "support/postgres_server.hpp"

namespace react1::test {

inline bool no_postgres_server() {
  static const bool is_missing = [] {
    const bool none = !PostgresServer::programs();
    if (none) std::fputs("skipped: no PostgreSQL server is installed (apt install postgresql)\n", stderr);
    return none;
  }();
  return is_missing;
}

}  // namespace react1::test
