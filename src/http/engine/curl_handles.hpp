// SPDX-License-Identifier: Apache-2.0
// Owners of curl's objects.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace react1::http {

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using EasyHandle = std::unique_ptr<CURL, FreeEasy>;
using MultiHandle = std::unique_ptr<CURLM, FreeMulti>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// Both start libcurl once per process and throw Error{internal} when it fails.
[[nodiscard]] MultiHandle new_multi();
[[nodiscard]] EasyHandle new_easy();

}  // namespace react1::http
