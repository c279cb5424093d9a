// SPDX-License-Identifier: Apache-2.0
#include "http/engine/curl_handles.hpp"

#include <react1/error.hpp>

namespace react1::http {
namespace {

void start_curl() {
  // Never undone: other users of curl in the process may still need it.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK)
    throw Error(ErrorCode::internal, "libcurl", "cannot be started", {.detail = curl_easy_strerror(started)});
}

template <class Handle>
Handle checked(Handle handle) {
  if (!handle) throw Error(ErrorCode::internal, "libcurl", "out of memory");
  return handle;
}

}  // namespace

MultiHandle new_multi() {
  start_curl();
  return checked(MultiHandle(curl_multi_init()));
}

EasyHandle new_easy() {
  start_curl();
  return checked(EasyHandle(curl_easy_init()));
}

}  // namespace react1::http
