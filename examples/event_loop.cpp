// SPDX-License-Identifier: Apache-2.0
// Hundreds of jobs in flight on a program's own event loop: event_loop VIDEO AUDIO FOLDER [JOBS]
//
// The loop is a plain epoll loop with a timer of its own. With Qt the descriptor goes into a QSocketNotifier, with asio
// into a posix::stream_descriptor; both then call dispatch() just the same.
#include <react1/async.hpp>
#include <react1/error.hpp>
#include <react1/jobs.hpp>
#include <react1/sandbox.hpp>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

/// The program's other work: a tick every 100 ms.
int start_ticking() {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const itimerspec every{{0, 100'000'000}, {0, 100'000'000}};
  timerfd_settime(timer, 0, &every, nullptr);
  return timer;
}

void watch(int loop, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
}

struct Tally {
  int done = 0, failed = 0, ticks = 0;
};

/// Runs until the runner has delivered all its calls.
void loop_until_done(react1::AsyncRunner& runner, Tally& tally) {
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  const int timer = start_ticking();
  watch(loop, timer);
  watch(loop, runner.descriptor());
  while (runner.pending() > 0) {
    epoll_event event{};
    if (epoll_wait(loop, &event, 1, -1) < 1) continue;
    if (event.data.fd == runner.descriptor()) {
      runner.dispatch();  // calls the callbacks of what has ended, here
    } else {
      std::uint64_t expired = 0;
      if (read(timer, &expired, sizeof expired) > 0) ++tally.ticks;
    }
  }
  close(timer);
  close(loop);
}

int run_all(const char* video, const char* audio, const std::string& folder, int count) {
  // The sandbox answers every request with the same tiny clip here: this is about the number of jobs.
  const react1::Sandbox sandbox({.directory = folder + "/service", .concurrency = 64, .render = false});
  const react1::FalOptions fal{
      .key = react1::Secret("any-id:any-secret"), .queue_url = sandbox.url(), .rest_url = sandbox.url()};
  react1::PipelineOptions options = react1::load_recipe("default");
  options.parameters.emotion = react1::Emotion::happy;
  options.parameters.lipsync_mode = react1::LipsyncMode::cut_off;  // named, so that no advice holds a job back
  options.prepare.copy_check = react1::CopyCheck::packets;
  options.clips_directory = folder + "/clips";

  // In this order: the runner ends first, then the client and the store that its calls use.
  react1::FalClient client(react1::client_options(fal, options));
  const auto jobs = react1::open_job_store(folder + "/jobs.sqlite");
  react1::AsyncRunner runner({.threads = 2});
  Tally tally;
  for (int i = 0; i < count; ++i) {
    options.parameters.temperature = static_cast<double>(i) / count;  // another intent each
    react1::run_async(runner, video, audio, folder + "/out" + std::to_string(i) + ".mp4", options,
                      {.client = client, .jobs = *jobs}, {}, [&tally](const react1::RunResult& result) {
                        if (result.record) {
                          ++tally.done;
                        } else {
                          ++tally.failed;
                          std::fprintf(stderr, "%s\n", result.error->what());
                        }
                      });
  }
  loop_until_done(runner, tally);
  std::printf("done: %d, failed: %d, payments: %llu, the loop went on: %s\n", tally.done, tally.failed,
              static_cast<unsigned long long>(sandbox.accepted_submits()), tally.ticks > 0 ? "yes" : "no");
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: event_loop VIDEO AUDIO FOLDER [JOBS]\n");
    return 2;
  }
  try {
    return run_all(argv[1], argv[2], argv[3], argc > 4 ? std::atoi(argv[4]) : 200);
  } catch (const react1::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return react1::exit_code(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
