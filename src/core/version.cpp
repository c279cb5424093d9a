// SPDX-License-Identifier: Apache-2.0
// The release of the library.
#include <react1/version.hpp>

namespace react1::REACT1_ABI {

std::string_view version() noexcept {
  return REACT1_VERSION_STRING;
}

}  // namespace react1::REACT1_ABI
