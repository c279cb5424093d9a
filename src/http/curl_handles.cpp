#include "http/curl_handles.hpp"

#include <react1/error.hpp>
#include <utility>

namespace react1::http {
namespace {

constexpr std::size_t kMaxIdle = 16;  // more than that many threads rarely pause at the same moment

void start_curl() {
  // Never undone: other users of curl in the process may still need it.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK)
    throw Error(ErrorCode::internal, "libcurl", "cannot be started", {.detail = curl_easy_strerror(started)});
}

}  // namespace

CurlPool::CurlPool() {
  start_curl();
  idle_.reserve(kMaxIdle);
}

CurlPair CurlPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      CurlPair pair = std::move(idle_.back());
      idle_.pop_back();
      return pair;
    }
  }
  CurlPair pair{MultiHandle(curl_multi_init()), EasyHandle(curl_easy_init())};
  if (!pair.multi || !pair.easy) throw Error(ErrorCode::internal, "libcurl", "out of memory");
  curl_multi_setopt(pair.multi.get(), CURLMOPT_MAXCONNECTS, 8L);
  return pair;
}

void CurlPool::give_back(CurlPair pair) noexcept {
  curl_easy_reset(pair.easy.get());
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(pair));  // never reallocates: reserved
}

}  // namespace react1::http
