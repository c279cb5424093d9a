// SPDX-License-Identifier: Apache-2.0
#include <openssl/crypto.h>

#include <react1/secret.hpp>

namespace react1 {

Secret::~Secret() {
  // The compiler may not drop this call, which it may do with a memset on a dying object.
  OPENSSL_cleanse(value_.data(), value_.size());
}

}  // namespace react1
