// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"

#include <openssl/rand.h>

#include <react1/error.hpp>

#include "core/hex.hpp"

namespace react1 {

std::string random_hex(std::size_t bytes) {
  std::string noise(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(noise.data()), static_cast<int>(noise.size())) != 1) {
    throw Error(ErrorCode::internal, "random numbers", "the system provides none");
  }
  return to_hex(noise);
}

}  // namespace react1
