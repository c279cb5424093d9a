// SPDX-License-Identifier: Apache-2.0
#include "media/ff/memory_limit.hpp"

#include <sys/mman.h>

#include <cstddef>

extern "C" {
#include <libavutil/mem.h>
}

namespace react1::media::ff {

namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 30U;

}  // namespace

void limit_memory() noexcept {
  av_max_alloc(most_at_once);
}

bool is_short_of_memory() noexcept {
  // Writable, because RLIMIT_DATA counts nothing else.
  void* room =
      ::mmap(nullptr, most_at_once, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return true;
  ::munmap(room, most_at_once);
  return false;
}

}  // namespace react1::media::ff
