// Both clips on their way at the same time, and not a second time.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "stages/submit.hpp"
#include "support/raw_server.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// Everything it is told, and from which thread.
class Notebook final : public Observer {
 public:
  void on_progress(const Progress& progress) override {
    CHECK(std::this_thread::get_id() == caller);
    progresses.push_back(progress);
  }
  void on_note(const Note& note) override {
    CHECK(std::this_thread::get_id() == caller);
    notes.push_back(note);
  }
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<Progress> progresses;
  std::vector<Note> notes;
};

/// Two clips and a service that takes them.
struct PairBench {
  PairBench() {
    add(preparation.video, "video.mp4", 4000);
    add(preparation.audio, "audio.mp3", 1000);
    server.otherwise([this](const SeenRequest& request) { return serve(request); });
  }
  void add(PreparedClip& clip, const std::string& name, std::size_t bytes) const {
    clip.path = (folder.path() / name).string();
    write_file_atomically(clip.path, std::string(bytes, name[0]));
    clip.bytes = static_cast<std::int64_t>(bytes);
    clip.sha256 = sha256_file(clip.path);
  }
  std::string serve(const SeenRequest& request) {
    if (request.method == "POST") {
      const std::string name = request.body.find("video.mp4") != std::string::npos ? "video" : "audio";
      return answer(200, R"({"upload_url":")" + server.url("/put/" + name) + R"(?sig=1","file_url":")" +
                             server.url("/files/" + name) + "\"}");
    }
    const bool is_video = request.target.find("/video") != std::string::npos;
    if (request.method == "GET")
      return answer(206, "x", "", "Content-Range: bytes 0-0/" + std::string(is_video ? "4000" : "1000") + "\r\n");
    if (on_put) {
      if (auto answered = on_put(is_video)) return *answered;
    }
    return answer(200, "{}");
  }
  stages::UploadedPair upload() {
    FalOptions options;
    options.key = Secret("id:secret");
    options.queue_url = options.rest_url = server.url();
    options.retry.attempts = 1;
    options.upload.memory = (folder.path() / "uploads.sqlite").string();
    FalClient client(options);
    const auto jobs = open_job_store((folder.path() / "jobs.sqlite").string());
    Service service{.client = client, .jobs = *jobs};
    return stages::upload_pair(preparation, service, {.stop = {}, .observer = &notebook});
  }

  TemporaryDirectory folder;
  Preparation preparation;
  Notebook notebook;
  std::function<std::optional<std::string>(bool is_video)> on_put;  ///< any thread
  RawServer server;
};

}  // namespace

TEST_CASE("both clips are uploaded at the same time, and their progress adds up on the caller's thread") {
  Gate both;  // outlives the server that waits for it
  const std::atomic<bool> never = false;
  std::atomic<int> arrived = 0;
  PairBench bench;
  bench.on_put = [&](bool) -> std::optional<std::string> {
    if (++arrived == 2) both.open();
    both.wait(never);  // for ever, if one came after the other
    return std::nullopt;
  };
  const stages::UploadedPair pair = bench.upload();
  CHECK(pair.video_url == bench.server.url("/files/video"));
  CHECK(pair.audio_url == bench.server.url("/files/audio"));
  REQUIRE_FALSE(bench.notebook.progresses.empty());
  for (const Progress& progress : bench.notebook.progresses) {
    CHECK(progress.total == 5000);
    CHECK(progress.done <= 5000);
  }
  CHECK(bench.notebook.progresses.back().done == 5000);
}

TEST_CASE("a clip that fails stops the other, and its error is what is thrown") {
  Gate failed;
  const std::atomic<bool> never = false;
  PairBench bench;
  bench.on_put = [&](bool is_video) -> std::optional<std::string> {
    if (!is_video) return answer(400, R"({"detail":"no sound, please"})");
    failed.wait(never);
    return std::nullopt;
  };
  try {
    static_cast<void>(bench.upload());
    FAIL("it was uploaded");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(std::string(error.what()).find("audio.mp3") != std::string::npos);
  }
  failed.open();
}

TEST_CASE("a pair that was uploaded before is not sent again, and both notes arrive") {
  PairBench bench;
  static_cast<void>(bench.upload());
  const stages::UploadedPair pair = bench.upload();
  CHECK(pair.audio_url == bench.server.url("/files/audio"));
  CHECK(bench.server.count("PUT") == 2);
  CHECK(bench.server.count("POST") == 2);
  REQUIRE(bench.notebook.notes.size() == 2);
  for (const Note& note : bench.notebook.notes) CHECK(note.code == "upload_reused");
}
