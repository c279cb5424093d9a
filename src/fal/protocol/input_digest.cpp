// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/input_digest.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/sha256.hpp"
#include "fal/protocol/wire.hpp"

namespace react1::fal {
namespace {

using Sorted = nlohmann::json;  // keeps its keys in order

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

/// 1 and 1.0 are one value; a service may write either.
Sorted canonical(const Json& value) {
  if (value.is_object()) {
    Sorted object = Sorted::object();
    for (const auto& [key, member] : value.items()) object[key] = canonical(member);
    return object;
  }
  if (value.is_array()) {
    Sorted array = Sorted::array();
    for (const Json& element : value) array.push_back(canonical(element));
    return array;
  }
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) < kExactIntegers) return static_cast<std::int64_t>(number);
    return number;
  }
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_boolean()) return value.get<bool>();
  return value.is_string() ? Sorted(value.get<std::string>()) : Sorted(nullptr);
}

}  // namespace

std::string input_digest(std::string_view json) {
  const auto object = read_object(json);
  if (!object) return {};
  return sha256_hex(canonical(*object).dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/true,
                                            Sorted::error_handler_t::replace));
}

}  // namespace react1::fal
