// SPDX-License-Identifier: Apache-2.0
// Where log lines go. Without a sink the library logs nothing.
#pragma once

#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <functional>
#include <string_view>

#include <react1/api.hpp>

namespace react1::REACT1_ABI {

enum class LogLevel {
  debug,    ///< for debugging
  info,     ///< what is being done
  warning,  ///< notable; the work continues
  error,    ///< something failed that no Error reports
};
/// "debug", "info", "warning", "error".
[[nodiscard]] REACT1_API std::string_view to_string(LogLevel level) noexcept;

/// One line. The views are valid during the call only. No text contains a key or a signed URL. File names and texts of
/// servers are not escaped, so escape control characters before you write them to a terminal.
struct LogRecord {
  LogLevel level{};
  std::chrono::system_clock::time_point time{};
  std::string_view component{};   ///< e.g. "submit", "http", "ffmpeg"; stable enough to filter by
  std::string_view message{};     ///< UTF-8 as a rule; may hold line breaks
  std::string_view job_id{};      ///< of the job that the thread works for; empty: none
  std::string_view request_id{};  ///< of its paid request; empty: none yet
};

/// Called on the thread that logs, by several threads concurrently. It should return quickly, because the work (and the
/// network thread of all clients) waits for it. What it throws, and what it makes the library log, is dropped.
using LogSink = std::function<void(const LogRecord&)>;

/// Sends lines of `level` and above to `sink`, for the whole process; an empty one ends logging. The previous
/// sink is no longer called once this returns, and is destroyed then. Any thread, any time. Throws Error{usage} when
/// called by a sink.
REACT1_API void set_log_sink(LogSink sink, LogLevel level = LogLevel::info);

// FFmpeg's lines, those of x264 and the other encoders among them, come through one callback for the whole process
// (av_log_set_callback()), and FFmpeg has no way to query it. So the library never sets it by itself. A program
// chooses one of three ways:
//   - it uses FFmpeg's log itself: its own callback gets the lines of our work too, and nothing is to be done;
//   - it has its own callback and wants them in the sink: the callback passes lines to log_ffmpeg_line();
//   - it leaves FFmpeg's log to react1: take_ffmpeg_log(), once.

/// Which of FFmpeg's lines reach the sink.
enum class FfmpegLog {
  warnings,  ///< warnings and errors, as LogLevel::debug: what matters arrives as an Error or a Warning of ours
  verbose,   ///< info and verbose lines too, and errors as LogLevel::warning
};

/// Sets the process's av_log callback to one that sends FFmpeg's lines (those of the whole process) to the sink of
/// set_log_sink(), with the component "ffmpeg", and drops the rest. av_log_set_level() then has no effect. May be
/// called again to choose other lines. Any thread, but not at the same time as av_log_set_callback().
REACT1_API void take_ffmpeg_log(FfmpegLog lines = FfmpegLog::warnings);

/// Restores FFmpeg's default callback, which prints to stderr. Returns false without any change when the callback is
/// not ours, because the program has set its own since. Must be called before a plug-in that contains the library is
/// unloaded. To determine whose callback it is, one empty line is logged at level 1000, above all levels that FFmpeg
/// has. Same threads as take_ffmpeg_log().
REACT1_API bool release_ffmpeg_log();

/// Passes one line of FFmpeg's log to the sink; the arguments are those of an av_log callback. For the program's own
/// callback.
/// Any thread.
REACT1_API void log_ffmpeg_line(void* source, int level, const char* format, std::va_list arguments) noexcept;

}  // namespace react1::REACT1_ABI
