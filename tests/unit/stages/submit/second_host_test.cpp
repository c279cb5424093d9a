// SPDX-License-Identifier: Apache-2.0
// The main job with its clips at another host than the service's own: the service fetches them from there.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <react1/pipeline.hpp>
#include <react1/sandbox.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "support/caught.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"
#include "support/presigned_host.hpp"
#include "support/sandbox_client.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// A service that may fetch from the other host, a client, a store, and the other host.
struct TwoHosts {
  TwoHosts() {
    options.clips_directory = (folder.path() / "clips").string();
    options.parameters.emotion = Emotion::happy;
    restart();
  }
  /// As another process with the same memory of uploads.
  void restart() { host = std::make_unique<PresignedHost>(server, (folder.path() / "uploads.sqlite").string()); }
  RunRecord run_job(const RunContext& context = {}) {
    return run(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
               (folder.path() / ("out" + std::to_string(++runs) + ".mp4")).string(), options,
               {.client = client, .jobs = *jobs, .clip_host = host.get()}, context);
  }
  [[nodiscard]] std::int64_t seen_by_service(const std::string& route) const {
    const auto seen = sandbox.requests();
    return std::count_if(seen.begin(), seen.end(), [&](const auto& request) { return request.route == route; });
  }
  /// Names of the objects that the host has, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : server.objects()) found.push_back(path.substr(path.rfind('/') + 1));
    std::sort(found.begin(), found.end());
    return found;
  }

  TemporaryDirectory folder;
  PresignedServer server;
  Sandbox sandbox{{.faults = paid_service(), .reachable_ports = {server.http().port()}}};
  FalClient client{client_of(sandbox)};
  std::unique_ptr<JobStore> jobs = open_job_store((folder.path() / "jobs.sqlite").string());
  std::unique_ptr<PresignedHost> host;
  PipelineOptions options;
  int runs = 0;
};

std::string token_of(const TwoHosts& there) {
  return there.jobs->list(std::nullopt, 1).at(0).token;
}

}  // namespace

TEST_CASE("a job whose clips are at another host becomes a verified file, and the key stays with the service") {
  TwoHosts there;
  const RunRecord record = there.run_job();
  CHECK(record.verification.verdict == Verdict::pass);
  CHECK(there.sandbox.accepted_submits() == 1);
  CHECK(there.seen_by_service("initiate") == 0);
  CHECK(there.seen_by_service("upload") == 0);
  CHECK(there.names() == std::vector<std::string>{token_of(there) + ".mp3", "video.mp4"});
  std::size_t fetched = 0;
  for (const SeenRequest& request : there.server.http().requests()) {
    CHECK(request.head.find("test-secret") == std::string::npos);
    if (request.method == "GET" && !request.has("range")) ++fetched;
  }
  CHECK(fetched == 2);  // by the service
  CHECK(record.video_url.find("/clips/") != std::string::npos);
  for (const std::string& url : {record.video_url, record.audio_url}) {
    const auto signature = url.find("Signature=");
    CHECK(
        (signature == std::string::npos || url.find_first_of("0123456789abcdef", signature + 10) == std::string::npos));
  }
}

TEST_CASE("an upload URL that has expired is replaced, and the job goes on") {
  TwoHosts there;
  there.server.stale_put_urls = 2;
  CHECK(there.run_job().verification.verdict == Verdict::pass);
  CHECK(there.server.http().count("PUT") == 4);
  CHECK(there.server.http().count("POST", "/sign") == 4);
  CHECK(there.names().size() == 2);
}

TEST_CASE("another payment uses the picture at the other host again, and never the audio of the one before") {
  TwoHosts there;
  const RunRecord first = there.run_job();
  const std::string first_token = token_of(there);
  there.restart();
  there.options.again = true;
  const RunRecord second = there.run_job();
  CHECK(second.verification.verdict == Verdict::pass);
  CHECK(there.sandbox.accepted_submits() == 2);
  CHECK(there.server.http().count("PUT") == 3);
  CHECK(second.video_url == first.video_url);
  CHECK(second.audio_url != first.audio_url);
  std::vector<std::string> expected{first_token + ".mp3", token_of(there) + ".mp3", "video.mp4"};
  std::sort(expected.begin(), expected.end());
  CHECK(there.names() == expected);
}

TEST_CASE("a stop in the middle of an upload to the other host pays nothing, and the next run goes on") {
  Gate silent;  // outlives the server that waits for it
  const std::atomic<bool> never = false;
  std::atomic<bool> first = true;
  TwoHosts there;
  there.server.on_put = [&](const std::string& path) -> std::optional<std::string> {
    if (path.ends_with(".mp3") && first.exchange(false)) silent.wait(never);
    return std::nullopt;
  };
  std::stop_source stop;
  std::thread stopper([&] {
    silent.wait_until_reached();
    stop.request_stop();
  });
  CHECK(caught_from([&] { static_cast<void>(there.run_job({.stop = stop.get_token()})); }).code() ==
        ErrorCode::interrupted);
  stopper.join();
  silent.open();
  CHECK(there.sandbox.accepted_submits() == 0);
  const std::string token = token_of(there);
  CHECK(there.jobs->list(std::nullopt, 1).at(0).state == JobState::created);
  there.restart();
  CHECK(there.run_job().verification.verdict == Verdict::pass);
  CHECK(there.sandbox.accepted_submits() == 1);
  CHECK(token_of(there) == token);  // the same payment
}

TEST_CASE("a run after the picture was removed from the other host sends it again") {
  TwoHosts there;
  static_cast<void>(there.run_job());
  there.server.lose_objects();
  there.options.again = true;
  CHECK(there.run_job().verification.verdict == Verdict::pass);
  CHECK(there.server.http().count("PUT") == 4);
}

TEST_CASE("submit uploads to the host that it is given, as run does") {
  TwoHosts there;
  const Job job = submit(fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"), there.options,
                         {.client = there.client, .jobs = *there.jobs, .clip_host = there.host.get()}, {});
  CHECK(job.state == JobState::submitted);
  CHECK(there.names().size() == 2);
  CHECK(there.seen_by_service("upload") == 0);
}
