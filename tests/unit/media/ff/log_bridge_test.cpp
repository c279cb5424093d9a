// SPDX-License-Identifier: Apache-2.0
#include "media/ff/log_bridge.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

extern "C" {
#include <libavutil/log.h>
}

#include "core/atomic_file.hpp"
#include "core/log.hpp"

namespace react1::media::ff {
namespace {

/// What `work` makes the process write to stderr.
template <class Work>
std::string stderr_of(Work&& work) {
  const TemporaryDirectory folder;
  const auto path = folder.path() / "stderr";
  std::fflush(stderr);
  const int saved = ::dup(STDERR_FILENO);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  ::dup2(file, STDERR_FILENO);
  work();
  std::fflush(stderr);
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  ::close(file);
  return read_file(path);
}

TEST_CASE("FFmpeg's lines reach our log whole, from any thread, without what a signed URL must not show") {
  const std::string text = stderr_of([] {
    log::init(log::Level::debug, log::Format::text);
    install_log_bridge();
    av_log(nullptr, AV_LOG_ERROR, "can't open https://user:word@host/clip.mp4?X-Signature=%s now\n", "secret");
    av_log(nullptr, AV_LOG_ERROR, "first half, ");
    av_log(nullptr, AV_LOG_ERROR, "second half\n");
    av_log(nullptr, AV_LOG_DEBUG, "chatter\n");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([] { av_log(nullptr, AV_LOG_WARNING, "one of four\n"); });
    for (std::thread& thread : threads) thread.join();
  });
  CHECK(text.find("https://host/clip.mp4?") != std::string::npos);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("word@") == std::string::npos);
  CHECK(text.find(" now") != std::string::npos);
  CHECK(text.find("first half, second half") != std::string::npos);
  CHECK(text.find("chatter") == std::string::npos);
  int lines = 0;
  for (std::size_t at = text.find("one of four"); at != std::string::npos; at = text.find("one of four", at + 1))
    ++lines;
  CHECK(lines == 4);
}

}  // namespace
}  // namespace react1::media::ff
