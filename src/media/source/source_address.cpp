// SPDX-License-Identifier: Apache-2.0
#include "media/source/source_address.hpp"

namespace react1::media {

std::string file_address(const std::string& path) {
  return "file:" + path;
}

}  // namespace react1::media
