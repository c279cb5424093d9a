#include "media/ff/memory_limit.hpp"

#include <cstddef>

extern "C" {
#include <libavutil/mem.h>
}

namespace react1::media::ff {

void limit_memory() noexcept {
  av_max_alloc(std::size_t{1} << 30U);
}

}  // namespace react1::media::ff
