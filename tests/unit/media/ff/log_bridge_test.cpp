// SPDX-License-Identifier: Apache-2.0
// FFmpeg's lines on their way to the log sink, and FFmpeg's callback, which is the application's.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdarg>
#include <mutex>
#include <react1/log_sink.hpp>
#include <string>
#include <thread>
#include <vector>

extern "C" {
#include <libavutil/log.h>
}

namespace react1::media::ff {
namespace {

/// All lines, "level component message"; takes the sink away at its end.
class FfmpegLines {
 public:
  FfmpegLines() {
    set_log_sink(
        [this](const LogRecord& record) {
          const std::lock_guard lock(mutex_);
          text_ += std::string(to_string(record.level)) + ' ' + std::string(record.component) + ' ' +
                   std::string(record.message) + '\n';
        },
        LogLevel::debug);
  }
  FfmpegLines(const FfmpegLines&) = delete;
  FfmpegLines& operator=(const FfmpegLines&) = delete;
  ~FfmpegLines() { set_log_sink({}); }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  [[nodiscard]] int count(const std::string& part) const {
    const std::string all = text();
    int found = 0;
    for (std::size_t at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++found;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

std::atomic<int> g_of_the_host{0};

/// A callback as an application has one: it counts what FFmpeg would print, and passes on what it is configured to.
void count_lines(void* /*source*/, int level, const char* /*format*/, va_list /*arguments*/) {
  if (level <= AV_LOG_VERBOSE) ++g_of_the_host;
}
void hand_on(void* source, int level, const char* format, va_list arguments) {
  if (level <= AV_LOG_WARNING) log_ffmpeg_line(source, level, format, arguments);
}

/// Leaves FFmpeg's default callback behind, whatever happens in between.
struct DefaultAfterwards {
  DefaultAfterwards() = default;
  DefaultAfterwards(const DefaultAfterwards&) = delete;
  DefaultAfterwards& operator=(const DefaultAfterwards&) = delete;
  ~DefaultAfterwards() { av_log_set_callback(&av_log_default_callback); }
};

TEST_CASE("FFmpeg's lines reach the sink whole, from any thread, without what a signed URL must not show") {
  const DefaultAfterwards afterwards;
  const FfmpegLines lines;
  take_ffmpeg_log();
  av_log(nullptr, AV_LOG_ERROR, "can't open https://user:word@host/clip.mp4?X-Signature=%s now\n", "secret");
  av_log(nullptr, AV_LOG_ERROR, "first half, ");
  av_log(nullptr, AV_LOG_ERROR, "second half\n");
  av_log(nullptr, AV_LOG_INFO, "chatter\n");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { av_log(nullptr, AV_LOG_WARNING, "one of four\n"); });
  for (std::thread& thread : threads) thread.join();
  CHECK(lines.count("debug ffmpeg can't open https://host/clip.mp4?") == 1);
  CHECK(lines.count("secret") == 0);
  CHECK(lines.count("word@") == 0);
  CHECK(lines.count(" now\n") == 1);
  CHECK(lines.count("first half, second half\n") == 1);
  CHECK(lines.count("chatter") == 0);
  CHECK(lines.count("one of four\n") == 4);
  take_ffmpeg_log(FfmpegLog::verbose);
  av_log(nullptr, AV_LOG_INFO, "chatter\n");
  av_log(nullptr, AV_LOG_ERROR, "a failure\n");
  CHECK(lines.count("debug ffmpeg chatter\n") == 1);
  CHECK(lines.count("warning ffmpeg a failure\n") == 1);
}

TEST_CASE("a sink alone leaves FFmpeg's callback to the application") {
  const DefaultAfterwards afterwards;
  av_log_set_callback(&count_lines);
  g_of_the_host = 0;
  const FfmpegLines lines;
  av_log(nullptr, AV_LOG_WARNING, "a line\n");
  CHECK(g_of_the_host == 1);
  CHECK(lines.text().empty());
}

TEST_CASE("a callback that was taken is given back, and one that the application has set since is left alone") {
  const DefaultAfterwards afterwards;
  const FfmpegLines lines;
  take_ffmpeg_log();
  av_log(nullptr, AV_LOG_WARNING, "ours\n");
  CHECK(lines.count("ours") == 1);
  av_log_set_callback(&count_lines);
  g_of_the_host = 0;
  CHECK_FALSE(release_ffmpeg_log());
  CHECK(g_of_the_host == 0);  // it has not seen the question
  av_log(nullptr, AV_LOG_WARNING, "the host's\n");
  CHECK(g_of_the_host == 1);
  take_ffmpeg_log();
  CHECK(release_ffmpeg_log());
  CHECK_FALSE(release_ffmpeg_log());
}

TEST_CASE("an application's own callback can hand lines on") {
  const DefaultAfterwards afterwards;
  const FfmpegLines lines;
  av_log_set_callback(&hand_on);
  av_log(nullptr, AV_LOG_ERROR, "see https://host/a?key=secret\n");
  av_log(nullptr, AV_LOG_INFO, "chatter\n");
  CHECK(lines.count("debug ffmpeg see https://host/a?") == 1);
  CHECK(lines.count("secret") == 0);
  CHECK(lines.count("chatter") == 0);
}

}  // namespace
}  // namespace react1::media::ff
