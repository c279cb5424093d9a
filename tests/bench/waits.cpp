// SPDX-License-Identifier: Apache-2.0
// Submits N requests and waits for all of them in one process: the program that tests/bench/waits.py measures.
//   bench_waits URL N SECONDS
// URL: a sandbox that does not read the clips; each request takes SECONDS there once it runs. Prints one JSON line:
// how many completed, and how long after that each completion was seen.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <react1/fal.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace react1;  // NOLINT(google-build-using-namespace): a small program
using Clock = std::chrono::steady_clock;

namespace {

struct Waiting {
  RequestRef request;
  Clock::time_point submitted, seen;
  std::promise<bool> done;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string url = argv[1];
  const auto count = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
  const double seconds = std::strtod(argv[3], nullptr);
  FalOptions options;
  options.key = Secret("bench:not-a-real-secret");
  options.queue_url = options.rest_url = url;
  FalClient client(options);
  const Parameters parameters{Emotion::happy, ModelMode::face, LipsyncMode::cut_off, 0.5};

  std::vector<Waiting> requests(count);
  std::atomic<std::size_t> next{0};
  const auto submit_some = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      const std::string clip = url + "/files/b/none/" + std::to_string(i);
      requests[i].request = client.submit(parameters, clip + ".mp4", clip + ".mp3", RunContext{});
      requests[i].submitted = Clock::now();
      client.wait_async(requests[i].request, RunContext{}, [&waiting = requests[i]](const WaitResult& result) {
        waiting.seen = Clock::now();
        waiting.done.set_value(result.status.has_value());
      });
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back(submit_some);
  }
  std::vector<double> late;
  for (Waiting& waiting : requests) {
    if (!waiting.done.get_future().get()) continue;
    if (client.result(waiting.request, RunContext{}).url.empty())
      continue;  // subscribe() of the other client has it, too
    late.push_back(std::chrono::duration<double>(waiting.seen - waiting.submitted).count() - seconds);
  }
  std::sort(late.begin(), late.end());
  const auto at = [&](double share) {
    return late.empty() ? 0 : late[static_cast<std::size_t>(share * static_cast<double>(late.size() - 1))];
  };
  std::printf("{\"completed\": %zu, \"late_p50_s\": %.3f, \"late_p95_s\": %.3f, \"late_max_s\": %.3f}\n", late.size(),
              at(0.5), at(0.95), at(1));
  return late.size() == count ? 0 : 1;
}
