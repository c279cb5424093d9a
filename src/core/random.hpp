// SPDX-License-Identifier: Apache-2.0
// Unguessable text.
#pragma once

#include <cstddef>
#include <string>

namespace react1 {

/// `bytes` random bytes of the system's cryptographic generator, as lower-case hex. Throws Error{internal} when there
/// are none.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace react1
