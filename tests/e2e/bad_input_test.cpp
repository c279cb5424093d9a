// SPDX-License-Identifier: Apache-2.0
// Unusable clips and places: the exit code of the contract, one message that names the cause, nothing left.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
namespace fs = std::filesystem;

const char* const kVideo = "presenter_h264_25fps_6s.mp4";
const char* const kVoice = "voice_mono_48k_5s.wav";

/// Runs the main job on the sandbox with these clips; checks that it fails with `exit`, names `culprit` and leaves
/// nothing.
Json check_refused(const std::string& video, const std::string& audio, int exit, const std::string& culprit,
                   const std::vector<std::string>& flags = {}) {
  const User user;
  const std::string output = user.path("out.mp4");
  std::vector<std::string> arguments{"run", video, audio, "--emotion", "happy", "--sandbox", "-o", output, "--json"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Outcome outcome = user.run(arguments);
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  CHECK(outcome.exit == exit);
  const Json error = outcome.error();
  CHECK(error.dump().find(culprit) != std::string::npos);
  CHECK(outcome.err.find(culprit) != std::string::npos);
  CHECK(outcome.err.find("terminate called") == std::string::npos);
  CHECK_FALSE(fs::exists(output));
  CHECK_FALSE(fs::exists(output + ".json"));
  CHECK(user.leftovers().empty());
  for (const std::string& name : files_below(user.path(""))) {
    CAPTURE(name);
    CHECK(name.find(".part") == std::string::npos);
  }
  return error;
}

TEST_CASE("a missing file or a folder instead of a clip is a local I/O error") {
  check_refused("/nowhere/v.mp4", fixture(kVoice), 9, "/nowhere/v.mp4");
  check_refused(fixture(kVideo), "/nowhere/a.wav", 9, "/nowhere/a.wav");
  check_refused(fs::temp_directory_path().string(), fixture(kVoice), 9, fs::temp_directory_path().string());
}

TEST_CASE("what is no usable clip is refused as media") {
  check_refused(fixture("empty.mp4"), fixture(kVoice), 3, "empty.mp4");
  check_refused(fixture("text_named.mp4"), fixture(kVoice), 3, "text_named.mp4");
  check_refused(fixture("audio_only.m4a"), fixture(kVoice), 3, "audio_only.m4a");
  check_refused(fixture(kVideo), fixture(kVideo), 3, kVideo);  // no audio stream in it
  check_refused(fixture("still_image.png"), fixture(kVoice), 3, "still_image.png");
  check_refused(fixture("truncated_60pct.mp4"), fixture(kVoice), 3, "truncated_60pct.mp4");
  check_refused(fixture(kVideo), fixture("empty.mp4"), 3, "empty.mp4");
}

TEST_CASE("what --salvage keeps of a truncated clip is prepared, with a warning about the loss") {
  const User user;
  const Outcome outcome = user.run(
      {"prepare", fixture("truncated_60pct.mp4"), fixture(kVoice), "--salvage", "-o", user.path("out"), "--json"});
  CAPTURE(outcome.err);
  REQUIRE(outcome.exit == 0);
  const Json document = Json::parse(outcome.out);
  CHECK(document["video"]["video"]["frames"] == 85);
  CHECK(document["warnings"].dump().find("65 frames (2.600 s) are lost") != std::string::npos);
  CHECK(document["video"]["reasons"][0].get<std::string>().find("missing from 3.400 s") != std::string::npos);
}

TEST_CASE("a voice track without a voice is a hold before any payment") {
  CHECK(check_refused(fixture(kVideo), fixture("silent_5s.wav"), 3, "")["code"] == "hold");
}

TEST_CASE("a window past the end of the clip is refused") {
  check_refused(fixture(kVideo), fixture(kVoice), 3, kVideo, {"--video-start", "60"});
  check_refused(fixture(kVideo), fixture(kVoice), 3, kVoice, {"--audio-start", "60"});
}

TEST_CASE("an URL without a server is a network error") {
  const Json error = check_refused("http://127.0.0.1:1/v.mp4", fixture(kVoice), 6, "http://127.0.0.1:1/v.mp4");
  CHECK(error["code"] == "network");
}

TEST_CASE("an output that cannot be written is known before any work") {
  const User user;
  const std::vector<std::string> job{"run", fixture(kVideo), fixture(kVoice), "--emotion",
                                     "sad", "--sandbox",     "--json",        "-o"};
  const auto run_to = [&](const std::string& output) {
    std::vector<std::string> arguments = job;
    arguments.push_back(output);
    return user.run(arguments);
  };
  CHECK(run_to("/nowhere/at/all/out.mp4").exit == 9);
  CHECK(run_to(user.path("home")).exit == 2);
  CHECK(run_to("/proc/out.mp4").exit == 9);
  const std::string copy = user.path("clip.mp4");
  fs::copy_file(fixture(kVideo), copy);
  fs::create_symlink(copy, user.path("link.mp4"));
  for (const std::string& output : {copy, user.path("link.mp4"), user.path("home/../clip.mp4")}) {
    CAPTURE(output);
    const Outcome outcome =
        user.run({"run", copy, fixture(kVoice), "--emotion", "sad", "--sandbox", "-o", output, "--json"});
    CHECK(outcome.exit == 2);
    CHECK(outcome.error()["where"] == output);
    CHECK(fs::file_size(copy) == fs::file_size(fixture(kVideo)));
  }
  CHECK_FALSE(fs::exists(user.path("state")));
}

TEST_CASE("a full disk is a local I/O error and leaves no clip at its name") {
  const User user;
  // A file size limit hits a write exactly as a full disk does.
  const Outcome outcome = user.shell("ulimit -f 40; exec \"$0\" prepare '" + fixture("presenter_hevc_25fps_4s.mp4") +
                                     "' '" + fixture(kVoice) + "' --json -o '" + user.path("clips") + "'");
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 9);
  CHECK(outcome.error()["code"] == "io");
  CHECK_FALSE(fs::exists(user.path("clips/video.mp4")));
  CHECK_FALSE(fs::exists(user.path("clips/prepare.json")));
}

TEST_CASE("a result that cannot be written to stdout is not a success") {
  const User user;
  CHECK(user.shell("exec \"$0\" probe '" + fixture(kVideo) + "' --json > /dev/full").exit == 9);
  CHECK(user.shell("exec \"$0\" probe '" + fixture(kVideo) + "' > /dev/full").exit == 9);
}

TEST_CASE("without a usable key nothing is done and the message says what to set") {
  const auto attempt = [](User& user) {
    return user.run(
        {"run", fixture(kVideo), fixture(kVoice), "--emotion", "sad", "-o", user.path("out.mp4"), "--json"});
  };
  User none;
  const Outcome missing = attempt(none);
  CHECK(missing.exit == 5);
  CHECK(missing.error()["code"] == "auth");
  CHECK(missing.err.find("FAL_KEY") != std::string::npos);
  CHECK_FALSE(fs::exists(none.path("state")));
  User empty;
  CHECK(attempt(empty.with("FAL_KEY", "")).exit == 5);
  User broken;
  const Outcome newline = attempt(broken.with("FAL_KEY", "abc:topsecret\nX-Injected: 1"));
  CHECK(newline.exit == 5);
  CHECK((newline.out + newline.err).find("topsecret") == std::string::npos);
  for (const char* command : {"status", "cancel"}) CHECK(User().run({command, "some-id"}).exit == 5);
}

TEST_CASE("a store that is no store is a local I/O error") {
  User user;
  std::ofstream(user.path("notes.txt")) << std::string(4000, 'n');
  const Outcome outcome = user.run({"jobs", "list", "--store", user.path("notes.txt"), "--json"});
  CHECK(outcome.exit == 9);
  CHECK(outcome.error()["where"] == user.path("notes.txt"));
  CHECK(user.with("REACT1_STORE", user.path("notes.txt")).run({"jobs", "list"}).exit == 9);
}

TEST_CASE("verify says what is wrong with a file or with what it is to be compared with") {
  const User user;
  CHECK(user.run({"verify", "/nowhere/out.mp4", "--json"}).exit == 9);
  std::ofstream(user.path("other.json")) << "{\"a\":1}";
  const Outcome foreign = user.run({"verify", fixture(kVideo), "--expect", user.path("other.json"), "--json"});
  CHECK(foreign.exit == 2);
  CHECK(foreign.error()["where"].get<std::string>().find("other.json") != std::string::npos);
  CHECK(user.run({"verify", fixture(kVideo), "--expect", "/nowhere/r.json"}).exit == 9);
  const Outcome text = user.run({"verify", fixture("text_named.mp4"), "--json"});
  CHECK(text.exit == 7);
  CHECK(text.error()["code"] == "verification");
  CHECK(text.json()["verdict"] == "fail");
}

}  // namespace
