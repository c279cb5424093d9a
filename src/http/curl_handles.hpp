// Owners of curl's objects, and the pool that lets successive exchanges reuse connections.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <vector>

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

/// What one exchange needs. The multi handle owns the connections, so it outlives the easy one (member order).
struct CurlPair {
  MultiHandle multi;
  EasyHandle easy;
};

/// Lends pairs to threads: as many as there are exchanges at the same time, idle ones are kept for their connections.
/// Thread-safe.
class CurlPool {
 public:
  /// Starts libcurl once per process; throws Error{internal} when that fails.
  CurlPool();

  /// Gives its pair back when it dies.
  class Lease {
   public:
    explicit Lease(CurlPool& pool) : pool_(pool), pair_(pool.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(pair_)); }
    [[nodiscard]] CURLM* multi() const noexcept { return pair_.multi.get(); }
    [[nodiscard]] CURL* easy() const noexcept { return pair_.easy.get(); }

   private:
    CurlPool& pool_;
    CurlPair pair_;
  };

 private:
  [[nodiscard]] CurlPair take();
  void give_back(CurlPair pair) noexcept;

  std::mutex mutex_;
  std::vector<CurlPair> idle_;
};

}  // namespace react1::http
