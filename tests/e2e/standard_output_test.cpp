// SPDX-License-Identifier: Apache-2.0
// The result on standard output ("-o -"), and a standard output that takes nothing.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>

#include "core/sha256.hpp"
#include "e2e/program.hpp"
#include "e2e/world.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using namespace std::chrono_literals;
using react1::Json;
using react1::read_file;
namespace fs = std::filesystem;

}  // namespace

TEST_CASE("outputs: '-' writes the result to standard output, and nothing else there") {
  const World world;
  const std::string to_stdout = "\"$0\" run '" + fixture("presenter_h264_25fps_6s.mp4") + "' '" +
                                fixture("voice_mono_48k_5s.wav") + "' --emotion happy -o - ";
  SUBCASE("into a file") {
    const Outcome outcome = world.user.shell(to_stdout + "> '" + world.user.path("piped.mp4") + "'");
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit == 0);
    CHECK(outcome.err.find("verification: pass") != std::string::npos);
    CHECK(world.user.run({"verify", world.user.path("piped.mp4")}).exit == 0);
    CHECK_FALSE(fs::exists(world.user.path("piped.mp4.json")));
    CHECK(world.user.leftovers().empty());
    const Json job = world.jobs().at(0);
    CHECK(job["state"] == "done");
    CHECK(job["output"].is_null());
    // The same again: the service is asked for the file once more, and nothing is paid.
    CHECK(world.user.shell(to_stdout + "> '" + world.user.path("again.mp4") + "'").exit == 0);
    CHECK(react1::sha256_file(world.user.path("again.mp4")) == react1::sha256_file(world.user.path("piped.mp4")));
    const std::string id = job["request_id"];
    CHECK(world.user.shell("\"$0\" result " + id + " -o - > '" + world.user.path("3.mp4") + "'").exit == 0);
    CHECK(react1::sha256_file(world.user.path("3.mp4")) == react1::sha256_file(world.user.path("piped.mp4")));
    CHECK(world.paid() == 1);
  }
  SUBCASE("not with --json, which is refused before any work") {
    check_refused(world, world.user.shell(to_stdout + "--json"));
  }
  SUBCASE("not to a terminal") {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
      std::puts("skipped in part: there are no pseudo terminals here");
      return;
    }
    REQUIRE(::grantpt(terminal) == 0);
    REQUIRE(::unlockpt(terminal) == 0);
    check_refused(world, world.user.shell(to_stdout + "> " + ::ptsname(terminal)));
    ::close(terminal);
  }
  SUBCASE("into a disk that is full: the job is done, and its result can be fetched") {
    const Outcome outcome = world.user.shell(to_stdout + "> /dev/full");
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 9);
    CHECK(outcome.err.find("continues at the service") == std::string::npos);
    CHECK(outcome.err.find("the job is done") != std::string::npos);
    const Json job = world.jobs().at(0);
    CHECK(job["state"] == "done");
    const std::string id = job["request_id"];
    CHECK(outcome.err.find("react1 result " + id) != std::string::npos);
    CHECK(world.user.run({"result", id, "-o", world.out()}).exit == 0);
    CHECK(world.paid() == 1);
  }
  SUBCASE("into a reader that leaves early, or an output that is closed") {
    const Outcome early = world.user.shell("{ " + to_stdout + "; echo $? > '" + world.user.path("code") +
                                           "'; } | head -c 100 > /dev/null");
    CHECK(read_file(world.user.path("code")) == "9\n");
    CHECK(early.err.find("the job is done") != std::string::npos);
    CHECK(world.user.shell(to_stdout + ">&-").exit == 9);
    CHECK(world.paid() == 1);
    CHECK(world.user.leftovers().empty());
  }
  SUBCASE("prepare has two files, and preview one") {
    CHECK(
        world.user.run({"prepare", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"), "-o", "-"})
            .exit == 2);
    const Outcome preview = world.user.shell("\"$0\" preview '" + fixture("presenter_h264_25fps_6s.mp4") + "' '" +
                                             fixture("voice_mono_48k_5s.wav") + "' --lipsync-mode silence -o - > '" +
                                             world.user.path("p.mp4") + "'");
    CAPTURE(preview.err);
    CHECK(preview.exit == 0);
    CHECK(world.user.run({"verify", world.user.path("p.mp4")}).exit == 0);
  }
}

TEST_CASE("outputs: a closed or full stdout takes nothing away from a job that is done") {
  const World world;
  const std::string command = "\"$0\" run '" + fixture("presenter_h264_25fps_6s.mp4") + "' '" +
                              fixture("voice_mono_48k_5s.wav") + "' --emotion happy -o '" + world.out() + "' ";
  for (const char* redirection : {"> /dev/full", ">&-", "--json > /dev/full", "--json >&-", "2>&- >&-", "<&- >&-"}) {
    CAPTURE(std::string(redirection));
    const Outcome outcome = world.user.shell(command + redirection);
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 9);
    CHECK(outcome.err.find("continues at the service") == std::string::npos);
    if (std::string(redirection).find("2>") == std::string::npos)
      CHECK(outcome.err.find(world.out()) != std::string::npos);
    CHECK(world.jobs().at(0)["state"] == "done");
    CHECK(fs::exists(world.out() + ".json"));
  }
  CHECK(world.user.run({"jobs", "show", world.jobs().at(0)["job_id"]}).exit == 0);  // no file of ours was written over
  CHECK(world.paid() == 1);
}
