// SPDX-License-Identifier: Apache-2.0
// Existing files at the output: nothing of the user's is touched, and a mistake costs nothing. Each row is a world
// of its own.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "core/sha256.hpp"
#include "e2e/program.hpp"
#include "e2e/world.hpp"
#include "support/child.hpp"
#include "support/ordinary_user.hpp"
#include "support/paid_service.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using namespace std::chrono_literals;
using react1::Json;
using react1::read_file;
using react1::Sandbox;
namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

struct Place {
  const char* name;
  std::function<void(const std::string& out)> make;
};

}  // namespace

TEST_CASE("outputs: what is no file is refused before any work, and stays as it is") {
  const std::vector<Place> places{
      {"a folder", [](const std::string& out) { fs::create_directory(out); }},
      {"a pipe", [](const std::string& out) { REQUIRE(::mkfifo(out.c_str(), 0600) == 0); }},
      {"a symlink to a pipe",
       [](const std::string& out) {
         REQUIRE(::mkfifo((out + ".pipe").c_str(), 0600) == 0);
         fs::create_symlink(out + ".pipe", out);
       }},
      {"a symlink to a folder", [](const std::string& out) { fs::create_symlink("/tmp", out); }},
      {"a symlink to /dev/null", [](const std::string& out) { fs::create_symlink("/dev/null", out); }},
      {"a symlink to nowhere", [](const std::string& out) { fs::create_symlink("nowhere", out); }},
      {"a symlink to itself", [](const std::string& out) { fs::create_symlink(out, out); }},
      {"a record that is a folder", [](const std::string& out) { fs::create_directory(out + ".json"); }},
      {"a record that is a pipe",
       [](const std::string& out) { REQUIRE(::mkfifo((out + ".json").c_str(), 0600) == 0); }},
      {"a record that is a symlink to a device",
       [](const std::string& out) { fs::create_symlink("/dev/full", out + ".json"); }},
      {"a foreign file", [](const std::string& out) { write_file(out, "mine"); }},
      {"a foreign record", [](const std::string& out) { write_file(out + ".json", "{\"mine\": true}"); }},
      {"a file with a record that is not its own",
       [](const std::string& out) {
         write_file(out, "mine");
         write_file(out + ".json",
                    R"({"job_id": "j", "request_id": "r", "sandbox": true, "parameters": null, "response": {},
                                 "output": {"sha256": "00"}, "verification": {}})");
       }},
  };
  for (const Place& place : places) {
    CAPTURE(std::string(place.name));
    const World world;
    place.make(world.out());
    const auto type = fs::symlink_status(world.out()).type();
    const auto content = type == fs::file_type::regular ? read_file(world.out()) : std::string();
    check_refused(world, world.run());
    CHECK(fs::symlink_status(world.out()).type() == type);
    if (type == fs::file_type::regular) CHECK(read_file(world.out()) == content);
    CHECK(world.jobs().empty());
    for (const std::string& name : files_below(world.user.path(""))) CHECK(name.find(".part") == std::string::npos);
  }
  for (const char* device : {"/dev/null", "/dev/full"}) {
    CAPTURE(std::string(device));
    const World world;
    check_refused(world, world.run_to(device));
    CHECK(fs::is_character_file(device));
  }
}

TEST_CASE(
    "outputs: a name that leaves no room for the record's, or none at all, is refused, and the longest that does is "
    "written") {
  const World world;
  for (const std::size_t length : {std::size_t{251}, std::size_t{255}, std::size_t{256}}) {
    CAPTURE(length);
    check_refused(world, world.run_to(world.user.path(std::string(length, 'n'))));
  }
  const std::string longest = world.user.path(std::string(250, 'n'));
  const Outcome outcome = world.run_to(longest);
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(fs::exists(longest));
  CHECK(fs::exists(longest + ".json"));
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: a folder that an ordinary user may not write to is known before any work") {
  const World world;
  const std::string closed = world.user.path("closed");
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(world.user.path(""), fs::perms::all);
  for (const char* name : {"home", "tmp"}) fs::permissions(world.user.path(name), fs::perms::all);
  const int status = in_child([&] {
    if (!become_ordinary() || ::access(REACT1_PROGRAM, X_OK) != 0) ::_exit(77);
    const Outcome outcome = world.run_to(closed + "/out.mp4");
    const bool tells = outcome.err.find(closed) != std::string::npos;
    ::_exit(outcome.exit == 9 && tells ? 0 : 1);
  });
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    std::puts("skipped in part: another user can't be, or can't reach the program");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(world.is_untouched());
}

TEST_CASE("outputs: the same command again changes nothing, to the byte, and costs nothing") {
  const World world;
  REQUIRE(world.run().exit == 0);
  const std::string file = react1::sha256_file(world.out());
  const std::string record = read_file(world.out() + ".json");
  const auto written = fs::last_write_time(world.out());
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--overwrite"}}) {
    const Outcome again = world.run(more);
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    CHECK(react1::sha256_file(world.out()) == file);
    CHECK(fs::last_write_time(world.out()) == written);
    CHECK(read_file(world.out() + ".json") == record);
  }
  SUBCASE("a record that was lost comes back with all that is known") {
    fs::remove(world.out() + ".json");
    CHECK(world.run().exit == 0);
    const Json before = Json::parse(record);
    const Json now = Json::parse(read_file(world.out() + ".json"));
    CHECK(now["timings"]["upload_s"].is_number());
    CHECK(now["timings"]["inference_s"] == before["timings"]["inference_s"]);
    CHECK(now["parameters"] == before["parameters"]);
    CHECK(now["response"] == before["response"]);
  }
  SUBCASE("a copy has the same record, but for its place") {
    const std::string copy = world.user.path("copy.mp4");
    CHECK(world.run_to(copy).exit == 0);
    Json before = Json::parse(record);
    Json now = Json::parse(read_file(copy + ".json"));
    CHECK(now["timings"] == before["timings"]);
    CHECK(now["parameters"] == before["parameters"]);
    CHECK(now["output"]["sha256"] == before["output"]["sha256"]);
  }
  SUBCASE("fetched by its id it keeps what the run knew") {
    const std::string id = Json::parse(record)["request_id"];
    CHECK(world.user.run({"result", id, "-o", world.out()}).exit == 0);
    CHECK(read_file(world.out() + ".json") == record);
    const std::string other = world.user.path("other.mp4");
    CHECK(world.user.run({"result", id, "-o", other}).exit == 0);
    CHECK(Json::parse(read_file(other + ".json"))["timings"] == Json::parse(record)["timings"]);
  }
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: another result is not replaced without --overwrite") {
  World world;
  REQUIRE(world.run().exit == 0);
  const std::string file = react1::sha256_file(world.out());
  const std::size_t asked = world.requests();
  const auto check_kept = [&](const Outcome& outcome) {
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 2);
    CHECK(outcome.err.find("--overwrite") != std::string::npos);
    CHECK(world.requests() == asked);  // nothing was uploaded, nothing paid
    CHECK(world.paid() == 1);
    CHECK(react1::sha256_file(world.out()) == file);
    CHECK(world.jobs().size() == 1);
  };
  SUBCASE("other parameters") {
    for (const std::vector<std::string>& more : {std::vector<std::string>{"--emotion", "sad"},
                                                 {"--model-mode", "lips"},
                                                 {"--temperature", "0.7"},
                                                 {"--lipsync-mode", "silence"}})
      check_kept(world.run(more));
  }
  SUBCASE("other clips") {
    check_kept(world.user.run({"run", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_stereo_44k_7s.wav"),
                               "--emotion", "happy", "-o", world.out()}));
    check_kept(world.user.run({"run", fixture("presenter_50fps_4s.mp4"), fixture("voice_mono_48k_5s.wav"), "--emotion",
                               "happy", "-o", world.out()}));
  }
  SUBCASE("another service") {
    // What a sandbox made is a rehearsal, and never the result of a service that is paid.
    const Sandbox paid({.faults = paid_service()});
    world.user.with_service(paid.url());
    check_kept(world.run());
    CHECK(paid.accepted_submits() == 0);
  }
  SUBCASE("another store without the job: the record's clips and parameters count") {
    const Outcome outcome = world.run({"--emotion", "sad", "--store", world.user.path("other.sqlite")});
    CHECK(outcome.exit == 2);
    CHECK(world.paid() == 1);
  }
  SUBCASE("an edited result") {
    std::ofstream(world.out(), std::ios::app) << "edited";
    const std::string edited = react1::sha256_file(world.out());
    CHECK(world.run().exit == 2);
    CHECK(react1::sha256_file(world.out()) == edited);
    CHECK(world.paid() == 1);
  }
  SUBCASE("a request of another intent, by its id") {
    const Json other = world.user
                           .run({"submit", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                 "--emotion", "sad", "--json"})
                           .json();
    const Outcome outcome = world.user.run({"result", other["request_id"], "-o", world.out()});
    CHECK(outcome.exit == 2);
    CHECK(react1::sha256_file(world.out()) == file);
    CHECK(world.user.run({"result", other["request_id"], "-o", world.out(), "--overwrite"}).exit == 0);
  }
  SUBCASE("with --overwrite it is") {
    const Outcome outcome = world.run({"--emotion", "sad", "--overwrite"});
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK(world.paid() == 2);  // one payment for each of the two intents
    CHECK(Json::parse(read_file(world.out() + ".json"))["parameters"]["emotion"] == "sad");
  }
}

TEST_CASE("outputs: a result with its record proves the payment where the store was lost or is another one") {
  World world({.faults = paid_service()});
  REQUIRE(world.run().exit == 0);
  const std::string file = react1::sha256_file(world.out());
  const std::string request = world.sandbox.submits().at(0).request_id;
  // The sandbox plays a paid service, but its file and record name the sandbox.
  Json record = Json::parse(read_file(world.out() + ".json"));
  record["sandbox"] = false;
  std::ofstream(world.out() + ".json") << record;
  std::vector<std::string> flags{"--json"};
  SUBCASE("lost") {
    fs::remove_all(world.user.path("state"));
  }
  SUBCASE("lost, and the file may be replaced") {
    fs::remove_all(world.user.path("state"));
    flags.emplace_back("--overwrite");
  }
  SUBCASE("another") {
    world.user.with("REACT1_STORE", world.user.path("other.sqlite"));
  }
  const Outcome outcome = world.run(flags);
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["request_id"] == request);
  CHECK(outcome.err.find(request) != std::string::npos);  // says how it is known
  CHECK(world.paid() == 1);
  CHECK(react1::sha256_file(world.out()) == file);
  const Json jobs = world.jobs();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs.at(0)["state"] == "done");
  CHECK(world.run_to(world.user.path("second.mp4")).exit == 0);  // the store knows it from now on
  CHECK(world.paid() == 1);
  CHECK(world.run({"--again"}).exit == 0);
  CHECK(world.paid() == 2);
}

TEST_CASE("outputs: --overwrite replaces a file, and nothing but a file") {
  const World world;
  write_file(world.out(), "mine");
  write_file(world.out() + ".json", "mine, too");
  CHECK(world.run({"--overwrite"}).exit == 0);
  CHECK(Json::parse(read_file(world.out() + ".json"))["output"]["sha256"] == react1::sha256_file(world.out()));
  const std::string pipe = world.user.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(world.run_to(pipe, {"--overwrite"}).exit == 2);
  CHECK(fs::is_fifo(pipe));
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: a symlink to a file is written through, and stays") {
  const World world;
  fs::create_directory(world.user.path("elsewhere"));
  const std::string real = world.user.path("elsewhere/real.mp4");
  write_file(real, "mine");
  fs::create_symlink(real, world.out());
  check_refused(world, world.run());
  CHECK(read_file(real) == "mine");
  CHECK(world.run({"--overwrite"}).exit == 0);
  CHECK(fs::is_symlink(world.out()));
  CHECK(Json::parse(read_file(world.out() + ".json"))["output"]["sha256"] == react1::sha256_file(real));
  CHECK(world.run().exit == 0);  // the same again
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: prepare and preview do not replace a different file without --overwrite") {
  const User user;
  const std::string video = fixture("presenter_h264_25fps_6s.mp4"), voice = fixture("voice_mono_48k_5s.wav");
  const auto prepare = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"prepare", video, voice, "-o", user.path("clips")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return user.run(arguments);
  };
  SUBCASE("prepare") {
    REQUIRE(prepare().exit == 0);
    const auto written = fs::last_write_time(user.path("clips/video.mp4"));
    CHECK(prepare().exit == 0);
    CHECK(fs::last_write_time(user.path("clips/video.mp4")) == written);
    CHECK(prepare({"--video-duration", "0:02"}).exit == 2);
    CHECK(fs::last_write_time(user.path("clips/video.mp4")) == written);
    CHECK(prepare({"--video-duration", "0:02", "--overwrite"}).exit == 0);
    CHECK(fs::last_write_time(user.path("clips/video.mp4")) != written);
    write_file(user.path("clips/audio.mp3"), "mine");
    CHECK(prepare({"--video-duration", "0:02"}).exit == 2);
    CHECK(read_file(user.path("clips/audio.mp3")) == "mine");
    CHECK(files_below(user.path("clips")).size() == 3);
  }
  SUBCASE("prepare into a folder with foreign clips") {
    fs::create_directory(user.path("clips"));
    for (const char* name : {"clips/video.mp4", "clips/prepare.json"}) {
      CAPTURE(std::string(name));
      write_file(user.path(name), "mine");
      CHECK(prepare().exit == 2);
      CHECK(read_file(user.path(name)) == "mine");
      fs::remove(user.path(name));
    }
    REQUIRE(::mkfifo(user.path("clips/audio.mp3").c_str(), 0600) == 0);
    CHECK(prepare({"--overwrite"}).exit == 2);
    CHECK(fs::is_fifo(user.path("clips/audio.mp3")));
  }
  SUBCASE("preview") {
    const auto preview = [&](const char* mode, const std::vector<std::string>& more = {}) {
      std::vector<std::string> arguments{"preview", video, voice, "--lipsync-mode", mode, "-o", user.path("p.mp4")};
      arguments.insert(arguments.end(), more.begin(), more.end());
      return user.run(arguments);
    };
    write_file(user.path("p.mp4"), "mine");
    CHECK(preview("silence").exit == 2);
    CHECK(read_file(user.path("p.mp4")) == "mine");
    CHECK(preview("silence", {"--overwrite"}).exit == 0);
    const auto written = fs::last_write_time(user.path("p.mp4"));
    CHECK(preview("silence").exit == 0);
    CHECK(preview("cut_off").exit == 2);
    CHECK(fs::last_write_time(user.path("p.mp4")) == written);
    CHECK(preview("cut_off", {"--overwrite"}).exit == 0);
  }
}
