// SPDX-License-Identifier: Apache-2.0
#include "http/engine/curl_version.hpp"

#include <curl/curl.h>

namespace react1::http {

std::string library_version() {
  return curl_version();
}

}  // namespace react1::http
