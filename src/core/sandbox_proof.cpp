// SPDX-License-Identifier: Apache-2.0
#include "core/sandbox_proof.hpp"

#include <fmt/format.h>

#include "core/sha256.hpp"

namespace react1 {

std::string sandbox_proof(std::string_view challenge, std::string_view instance) {
  return sha256_hex(fmt::format("react1 sandbox\n{}\n{}", challenge, instance));
}

}  // namespace react1
