// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_address.hpp"

#include <libpq-fe.h>

#include <memory>

namespace react1::store {

bool is_postgres_address(std::string_view place) noexcept {
  return place.starts_with("postgresql://") || place.starts_with("postgres://");
}

bool has_password(const std::string& address) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(address.c_str(), /*errmsg=*/nullptr), &PQconninfoFree);
  const PQconninfoOption* option = options.get();
  while (option != nullptr && option->keyword != nullptr && std::string_view(option->keyword) != "password") ++option;
  return option != nullptr && option->keyword != nullptr && option->val != nullptr && *option->val != '\0';
}

}  // namespace react1::store
