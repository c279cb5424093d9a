// SPDX-License-Identifier: Apache-2.0
// The release number; it comes from project() in CMakeLists.txt.
#include <react1/version.hpp>

namespace react1 {

std::string_view version() noexcept {
  return REACT1_VERSION;
}

}  // namespace react1
