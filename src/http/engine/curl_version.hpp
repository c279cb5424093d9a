// SPDX-License-Identifier: Apache-2.0
// The version of the HTTP library that runs, for `--version`.
#pragma once

#include <string>

namespace react1::http {

/// libcurl and what it was built with, e.g. "libcurl/7.88.1 OpenSSL/3.0.17 …".
[[nodiscard]] std::string library_version();

}  // namespace react1::http
