// SPDX-License-Identifier: Apache-2.0
// Both clips on their way at the same time, early or not, and not a second time.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <react1/clip_host.hpp>
#include <react1/error.hpp>
#include <react1/pipeline.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/sha256.hpp"
#include "stages/submit/pair_upload.hpp"
#include "support/caught.hpp"
#include "support/raw_server.hpp"

using namespace react1;
using namespace react1::test;
namespace fs = std::filesystem;

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
    preparation.video.video = PreparedClip::Video{};
    preparation.audio.audio = PreparedClip::Audio{};
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
    return upload([](stages::PairUpload&) {});
  }
  /// `before`: what happens before the pair is decided on.
  stages::UploadedPair upload(const std::function<void(stages::PairUpload&)>& before) {
    stages::PairUpload uploads(client().clip_host(), folder.path(), {.stop = stop.get_token(), .observer = &notebook});
    before(uploads);
    return uploads.finish(preparation, token);
  }
  FalClient& client() {
    if (!client_) {
      FalOptions options;
      options.key = Secret("id:secret");
      options.queue_url = options.rest_url = server.url();
      options.retry = retry;
      options.upload.memory = (folder.path() / "uploads.sqlite").string();
      client_.emplace(options);
    }
    return *client_;
  }
  /// As the clips of a job do when its intent is known.
  void rename_clips() {
    fs::create_directory(folder.path() / "intent");
    for (PreparedClip* clip : {&preparation.video, &preparation.audio}) {
      const fs::path home = folder.path() / "intent" / fs::path(clip->path).filename();
      fs::rename(clip->path, home);
      clip->path = home.string();
    }
  }
  /// Names in the folder besides those of the clips and of the memory of uploads.
  [[nodiscard]] int other_names() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      const std::string name = entry.path().filename();
      if (name.find("uploads.sqlite") != 0 && name != "intent" && name != "video.mp4" && name != "audio.mp3") ++count;
    }
    return count;
  }

  std::string token = "t1";
  RetryOptions retry{.attempts = 1};
  std::stop_source stop;
  TemporaryDirectory folder;
  Preparation preparation;
  Notebook notebook;
  std::function<std::optional<std::string>(bool is_video)> on_put;  ///< any thread
  RawServer server;

 private:
  std::optional<FalClient> client_;
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
  const Error error = caught_from([&] { (void)bench.upload(); });
  CHECK(error.code() == ErrorCode::refused);
  CHECK(std::string(error.what()).find("audio.mp3") != std::string::npos);
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

TEST_CASE("a picture that is ready early goes up at once, once, and under a name that stays") {
  Gate gone_up;
  const std::atomic<bool> never = false;
  std::atomic<int> attempts = 0;
  PairBench bench;
  bench.retry = {.attempts = 2, .base_delay = std::chrono::milliseconds(1)};
  bench.on_put = [&](bool is_video) -> std::optional<std::string> {
    if (!is_video || ++attempts > 1) return std::nullopt;
    gone_up.wait(never);
    return answer(503, "");  // after which the file is opened once more
  };
  const stages::UploadedPair pair = bench.upload([&](stages::PairUpload& uploads) {
    uploads.start_early(bench.preparation.video);
    gone_up.wait_until_reached();
    CHECK(bench.server.count("PUT") == 1);
    bench.rename_clips();
    gone_up.open();
  });
  CHECK(pair.audio_url == bench.server.url("/files/audio"));
  CHECK(pair.video_url == bench.server.url("/files/video"));
  CHECK(bench.server.count("PUT") == 3);
  CHECK(bench.notebook.progresses.back().done == 5000);
  CHECK(bench.other_names() == 0);
}

TEST_CASE("the voice is named by its payment and is used again for that one only, and the picture for any") {
  PairBench bench;
  static_cast<void>(bench.upload([&](stages::PairUpload& uploads) {
    uploads.start_early(bench.preparation.audio);  // has no name yet: not sent
  }));
  CHECK(bench.server.count("PUT") == 2);
  static_cast<void>(bench.upload());  // the same payment, resumed
  CHECK(bench.server.count("PUT") == 2);
  bench.token = "t2";
  static_cast<void>(bench.upload());
  CHECK(bench.server.count("PUT") == 3);
  std::vector<std::string> names;
  for (const SeenRequest& seen : bench.server.requests()) {
    for (const char* name : {"video.mp4", "t1.mp3", "t2.mp3", "audio.mp3"}) {
      if (seen.method == "POST" && seen.body.find(name) != std::string::npos) names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"t1.mp3", "t2.mp3", "video.mp4"});
}

TEST_CASE("an early failure is told when the pair is decided on, and is the cause that is thrown") {
  PairBench bench;
  std::atomic<bool> refused = false;
  bench.on_put = [&](bool is_video) -> std::optional<std::string> {
    if (!is_video) return std::nullopt;
    refused = true;
    return answer(400, R"({"detail":"no pictures, please"})");
  };
  const Error error = caught_from([&] {
    (void)bench.upload([&](stages::PairUpload& uploads) {
      uploads.start_early(bench.preparation.video);
      while (!refused) std::this_thread::yield();
    });
  });
  CHECK(error.code() == ErrorCode::refused);
  CHECK(std::string(error.what()).find("video.mp4") != std::string::npos);
}

TEST_CASE("what is abandoned, or stopped by the caller, ends while the host is silent, and leaves nothing behind") {
  for (const bool by_caller : {false, true}) {
    CAPTURE(by_caller);
    Gate silent;
    const std::atomic<bool> never = false;
    PairBench bench;
    bench.on_put = [&](bool) -> std::optional<std::string> {
      silent.wait(never);
      return std::nullopt;
    };
    {
      stages::PairUpload uploads(bench.client().clip_host(), bench.folder.path(), {.stop = bench.stop.get_token()});
      uploads.start_early(bench.preparation.video);
      silent.wait_until_reached();
      CHECK(bench.other_names() == 1);
      if (by_caller) {
        bench.stop.request_stop();
        CHECK(caught_from([&] { (void)uploads.finish(bench.preparation, "t1"); }).code() == ErrorCode::interrupted);
        CHECK(bench.other_names() == 0);
      }
    }
    CHECK(bench.other_names() == 0);
    silent.open();
  }
}

TEST_CASE("a clip that can't have a second name goes up with the other one") {
  PairBench bench;
  stages::PairUpload uploads(bench.client().clip_host(), bench.folder.path() / "missing", {});
  uploads.start_early(bench.preparation.video);
  CHECK(bench.server.count("PUT") == 0);
  CHECK(uploads.finish(bench.preparation, "t1").video_url == bench.server.url("/files/video"));
}

namespace {

/// A host that sends nothing; each upload's URL lives as long as the test says.
class FleetingHost final : public ClipHost {
 public:
  [[nodiscard]] std::string identity() const override { return "fleeting"; }
  [[nodiscard]] HostedClip upload(const ClipFile& clip, const RunContext&) override {
    const std::lock_guard lock(mutex_);
    const std::string name = clip.name.empty() ? "video" : clip.name;
    const int time = ++times_[name];
    return {name + "/" + std::to_string(time), std::chrono::system_clock::now() + life(name, time)};
  }
  std::function<std::chrono::seconds(const std::string& name, int time)> life;
  [[nodiscard]] int uploads_of(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return times_[name];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> times_;
};

}  // namespace

TEST_CASE("a clip whose URL ends before the pair is decided on is uploaded once more, and the other is not") {
  PairBench bench;
  FleetingHost host;
  host.life = [](const std::string& name, int time) {
    return std::chrono::seconds(name == "video" && time == 1 ? 30 : 3600);
  };
  stages::PairUpload uploads(host, bench.folder.path(), {});
  uploads.start_early(bench.preparation.video);
  while (host.uploads_of("video") == 0) std::this_thread::yield();
  stages::UploadedPair pair = uploads.finish(bench.preparation, "t1");
  if (pair.video_url == "video/1") pair = uploads.finish(bench.preparation, "t1");  // it may just have ended
  CHECK(pair.video_url == "video/2");
  CHECK(pair.audio_url == "t1.mp3/1");
  REQUIRE(pair.expires);
  CHECK_FALSE(stages::has_expired(pair.expires));
  CHECK(uploads.finish(bench.preparation, "t1").video_url == "video/2");
}

TEST_CASE("the pair ends with the first of its URLs, and never where no host says so") {
  PairBench bench;
  FleetingHost host;
  host.life = [](const std::string& name, int) { return std::chrono::seconds(name == "video" ? 7200 : 10); };
  stages::PairUpload uploads(host, bench.folder.path(), {});
  CHECK(stages::has_expired(uploads.finish(bench.preparation, "t1").expires));
  CHECK_FALSE(stages::has_expired(std::nullopt));
}
