// SPDX-License-Identifier: Apache-2.0
// FFmpeg's log lines, x264's among them → the sink of set_log_sink(). Only when the application requests it:
// FFmpeg has one callback per process, which may be the application's own.
#include <array>
#include <atomic>
#include <cstdarg>
#include <react1/log_sink.hpp>
#include <string>
#include <string_view>

extern "C" {
#include <libavutil/log.h>
}

#include "core/log.hpp"

namespace react1 {
namespace {

std::atomic<FfmpegLog> g_lines{FfmpegLog::warnings};

/// FFmpeg prints one line in several calls; the state of "at the start of a line" must not mix between threads.
thread_local int t_line_start = 1;
thread_local std::string t_pending;

/// Above every level that FFmpeg has: no callback prints it. Ours records the call.
constexpr int kProbeLevel = 1000;
thread_local bool t_probed = false;

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

void take_in(LogLevel as, void* source, int level, const char* format, va_list arguments) noexcept {
  try {
    std::array<char, 1024> text{};
    av_log_format_line2(source, level, format, arguments, text.data(), static_cast<int>(text.size()), &t_line_start);
    t_pending += text.data();
    if (t_line_start == 0 && t_pending.size() < 4096) return;
    while (!t_pending.empty() && t_pending.back() == '\n') t_pending.pop_back();
    if (!t_pending.empty()) {
      drop_queries(t_pending);
      log::write(as, "ffmpeg", t_pending);
    }
  } catch (...) {
    // A log line that can't be made must not throw through C, and can't be reported either.
  }
  t_pending.clear();
}

void bridge(void* source, int level, const char* format, va_list arguments) {
  if (level == kProbeLevel) {
    t_probed = true;
    return;
  }
  const bool verbose = g_lines.load(std::memory_order_relaxed) == FfmpegLog::verbose;
  if (level > (verbose ? AV_LOG_VERBOSE : AV_LOG_WARNING)) return;
  const LogLevel as = verbose && level <= AV_LOG_ERROR ? LogLevel::warning : LogLevel::debug;
  if (log::is_wanted(as)) take_in(as, source, level, format, arguments);
}

bool is_ours() {
  t_probed = false;
  av_log(nullptr, kProbeLevel, "%s", "");
  return t_probed;
}

}  // namespace
}  // namespace react1

namespace react1::REACT1_ABI {

void take_ffmpeg_log(FfmpegLog lines) {
  g_lines.store(lines, std::memory_order_relaxed);
  av_log_set_callback(&bridge);
}

bool release_ffmpeg_log() {
  if (!is_ours()) return false;
  av_log_set_callback(&av_log_default_callback);
  return true;
}

void log_ffmpeg_line(void* source, int level, const char* format, std::va_list arguments) noexcept {
  if (log::is_wanted(LogLevel::debug)) take_in(LogLevel::debug, source, level, format, arguments);
}

}  // namespace react1::REACT1_ABI
