// SPDX-License-Identifier: Apache-2.0
#include "media/ff/log_bridge.hpp"

#include <array>
#include <atomic>
#include <cstdarg>
#include <mutex>
#include <string>
#include <string_view>

extern "C" {
#include <libavutil/log.h>
}

#include "core/log.hpp"

namespace react1::media::ff {
namespace {

std::atomic<bool> be_verbose{false};

/// FFmpeg prints one line in several calls; the state of "at the start of a line" must not mix between threads.
thread_local int line_start = 1;
thread_local std::string pending;

/// Signed URLs appear in FFmpeg's own messages; the secret part is always the query.
void drop_queries(std::string& line) {
  for (std::size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const std::size_t end = line.find_first_of(" '\"\n", at);
    const std::size_t query = line.find_first_of("?#", at);
    if (query != std::string::npos && (end == std::string::npos || query < end)) {
      line.replace(query, end == std::string::npos ? std::string::npos : end - query, "?…");
    }
    const std::size_t user_end = line.find('@', at);
    if (user_end != std::string::npos && user_end < line.find_first_of("/ '\"\n", at + 3)) {
      line.erase(at + 3, user_end - at - 2);
    }
  }
}

void bridge(void* source, int level, const char* format, va_list arguments) {
  const bool verbose = be_verbose.load(std::memory_order_relaxed);
  if (level > (verbose ? AV_LOG_VERBOSE : AV_LOG_WARNING)) return;
  try {
    std::array<char, 1024> text{};
    av_log_format_line2(source, level, format, arguments, text.data(), static_cast<int>(text.size()), &line_start);
    pending += text.data();
    if (line_start == 0 && pending.size() < 4096) return;
    while (!pending.empty() && pending.back() == '\n') pending.pop_back();
    if (!pending.empty()) {
      drop_queries(pending);
      log::write(verbose && level <= AV_LOG_ERROR ? log::Level::warning : log::Level::debug, "ffmpeg", pending);
    }
    pending.clear();
  } catch (...) {
    // A log line that can't be written must not throw through C; there is no one left to tell.
    pending.clear();
  }
}

}  // namespace

void install_log_bridge(bool verbose) {
  static std::once_flag once;
  std::call_once(once, [verbose] {
    be_verbose = verbose;
    av_log_set_callback(&bridge);
  });
}

}  // namespace react1::media::ff
