// SPDX-License-Identifier: Apache-2.0
// What happens to the disk, the file and the program while a result is made: what was paid for arrives. Each row is a
// world of its own, and the same command is run again once the fault is gone.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>

#include "core/part_file.hpp"
#include "core/sha256.hpp"
#include "e2e/faulty_calls.hpp"
#include "e2e/program.hpp"
#include "e2e/world.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using namespace std::chrono_literals;
using react1::Json;
using react1::read_file;
using react1::SandboxOptions;
namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("outputs: a failure after the file has its name is a warning, and the job is done") {
  struct Row {
    const char* name;
    std::string call, path, error, when;
    const char* warning;  ///< "" for none
    const char* state;
  };
  for (const Row& row : {
           Row{"a folder that can't be flushed at all", "fsync", "", std::to_string(EINVAL), "", "", "done"},
           Row{"a folder that offers no flush", "fsync", "", std::to_string(ENOTSUP), "", "", "done"},
           Row{"a disk that fails to flush the folder", "fsync", "", std::to_string(EIO), "", "can't be flushed",
               "done"},
           Row{"a record that can't be written", "rename", "out.mp4.json", std::to_string(ENOSPC), "",
               "its record could", "done"},
           Row{"a record that may not be written", "rename", "out.mp4.json", std::to_string(EPERM), "",
               "its record could", "done"},
           Row{"a store that is full by then", "write", "state/jobs.sqlite-wal", std::to_string(ENOSPC), "out.mp4",
               "job store could not be updated", "submitted"},
           Row{"a store on a disk that fails by then", "write", "state/jobs.sqlite-wal", std::to_string(EIO), "out.mp4",
               "job store could not be updated", "submitted"},
       }) {
    CAPTURE(std::string(row.name));
    World world;
    const auto path = [&](const std::string& name) {
      return name.empty() ? world.user.path(".") : world.user.path(name);
    };
    set_faulty_calls(world.user, {{row.call, path(row.path), row.error, row.when.empty() ? "" : path(row.when)}});
    const Outcome outcome = world.run({"--json"});
    CAPTURE(outcome.err);
    set_faulty_calls(world.user, {});
    CHECK(outcome.exit == 0);
    CHECK(outcome.json()["verification"]["verdict"] == "pass");
    CHECK(outcome.err.find(row.warning) != std::string::npos);
    if (std::string(row.warning).empty()) CHECK(outcome.err.find("flush") == std::string::npos);
    CHECK(world.jobs().at(0)["state"] == row.state);
    const std::size_t files = world.requests();
    const Outcome again = world.run({"--json"});
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    CHECK(again.json()["reused"] == true);
    CHECK(world.requests() == files);  // it is here, so it is not fetched again
    CHECK(world.jobs().at(0)["state"] == "done");
    CHECK(Json::parse(read_file(world.out() + ".json"))["output"]["sha256"] == react1::sha256_file(world.out()));
    CHECK(world.paid() == 1);
  }
}

TEST_CASE("outputs: killed right before and right after the file has its name, the same command ends it") {
  for (const char* at : {"out.mp4", "out.mp4.json"}) {
    CAPTURE(std::string(at));
    World world;
    set_faulty_calls(world.user, {{"rename", world.user.path(at), "KILL"}});
    CHECK(world.run().exit == 128 + SIGKILL);
    set_faulty_calls(world.user, {});
    CHECK(fs::exists(world.out()) == (std::string(at) != "out.mp4"));
    CHECK_FALSE(fs::exists(world.out() + ".json"));
    const Outcome again = world.run({"--json"});
    CAPTURE(again.err);
    CHECK(again.exit == 0);
    const Json record = Json::parse(read_file(world.out() + ".json"));
    CHECK(record["output"]["sha256"] == react1::sha256_file(world.out()));
    CHECK(record["parameters"]["video_url"].is_string());
    CHECK(world.jobs().at(0)["state"] == "done");
    CHECK(world.paid() == 1);
    for (const std::string& name : files_below(world.user.path(""))) CHECK(name.find(".part") == std::string::npos);
  }
}

TEST_CASE("outputs: a file that appears while the service works is left alone, and the paid result goes elsewhere") {
  const World world(SandboxOptions{.inference_time = 1500ms});
  Running running = world.user.start(run_arguments(world.user));
  running.wait_for_err("accepted request");
  SUBCASE("a file") {
    write(world.out(), "theirs");
  }
  SUBCASE("a pipe") {
    REQUIRE(::mkfifo(world.out().c_str(), 0600) == 0);
  }
  SUBCASE("a symlink to a foreign file") {
    write(world.user.path("theirs"), "theirs");
    fs::create_symlink(world.user.path("theirs"), world.out());
  }
  const auto type = fs::symlink_status(world.out()).type();
  const Outcome outcome = running.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 9);
  CHECK(fs::symlink_status(world.out()).type() == type);
  if (fs::is_regular_file(world.out())) CHECK(read_file(world.out()) == "theirs");
  const Json job = world.jobs().at(0);
  CHECK(job["state"] == "submitted");
  CHECK(outcome.err.find(job["request_id"].get<std::string>()) != std::string::npos);
  CHECK(world.run().exit == 2);
  CHECK(world.run_to(world.user.path("free.mp4")).exit == 0);
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: a file size limit that the result can't meet is known before it is paid for") {
  const World world;
  // The uploads and the job store fit below 600 kB; a result with its record may not.
  const std::string video = fixture("presenter_h264_25fps_6s.mp4"), voice = fixture("voice_mono_48k_5s.wav");
  const Outcome outcome = world.user.shell("ulimit -f 1200; exec \"$0\" run '" + video + "' '" + voice +
                                           "' --emotion happy --json -o '" + world.out() + "'");
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 9);
  CHECK(outcome.error()["message"] == "the result would not fit here");
  CHECK(world.paid() == 0);
  CHECK_FALSE(fs::exists(world.out()));
  CHECK(world.run().exit == 0);
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: a disk that fills up while the result comes loses nothing that was paid") {
  World world;
  set_faulty_calls(world.user, {{"rename", world.out(), std::to_string(ENOSPC)}});
  const Outcome outcome = world.run({"--json"});
  CAPTURE(outcome.err);
  set_faulty_calls(world.user, {});
  CHECK(outcome.exit == 9);
  const Json job = world.jobs().at(0);
  CHECK(job["state"] == "submitted");
  CHECK(outcome.error()["request_id"] == job["request_id"]);
  CHECK(world.run().exit == 0);
  CHECK(world.paid() == 1);
}

TEST_CASE("outputs: unfinished files of killed runs are swept, and nothing else") {
  const World world;
  const auto stale = [&](const char* name) { return fs::path(world.user.path(react1::part_name(name, 0x12345678))); };
  const std::string foreign = world.user.path(".out.mp4.12345678.part");
  write(foreign, "another program's");
  const auto begin = [&] {
    write(stale("out.mp4"), "half");
    write(stale("out.mp4.json"), "half");
  };
  const auto check_swept = [&](const Outcome& outcome) {
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 0);
    CHECK_FALSE(fs::exists(stale("out.mp4")));
    CHECK_FALSE(fs::exists(stale("out.mp4.json")));
    CHECK(fs::exists(foreign));
  };
  begin();
  check_swept(world.run());
  begin();
  check_swept(world.user.run({"result", world.jobs().at(0)["request_id"], "-o", world.out()}));
  begin();
  check_swept(world.user.run({"preview", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                              "--lipsync-mode", "silence", "-o", world.user.path("p.mp4")}));
  // One that a living process works on stays.
  const react1::AtomicFile alive(world.user.path("alive.mp4"));
  CHECK(world.run().exit == 0);
  CHECK(fs::exists(alive.temporary()));
}
