// SPDX-License-Identifier: Apache-2.0
// "-" as VIDEO or AUDIO: piped, redirected, and what can't be.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

const std::string kPipedVideo = "presenter_h264_25fps_6s.mp4";
const std::string kPipedVoice = "voice_mono_48k_5s.wav";

TEST_CASE("a piped or redirected clip is probed like the file") {
  const User user;
  const std::string clip = quoted(fixture(kPipedVideo));
  const auto file = user.shell("\"$0\" --json probe " + clip).json();
  for (const std::string& script : {"cat " + clip + " | \"$0\" --json probe -", "\"$0\" --json probe - < " + clip}) {
    CAPTURE(script);
    const Outcome outcome = user.shell(script);
    REQUIRE(outcome.exit == 0);
    auto document = outcome.json();
    CHECK(document.at("path") == "standard input");
    document["path"] = file.at("path");
    CHECK(document == file);
    CHECK(user.leftovers().empty());
  }
}

TEST_CASE("VIDEO or AUDIO can come through a pipe, in every command that takes them") {
  const User user;
  const std::string video = quoted(fixture(kPipedVideo));
  const std::string voice = quoted(fixture(kPipedVoice));
  const Outcome planned = user.shell("cat " + video + " | \"$0\" --json plan - " + voice);
  CHECK(planned.exit == 0);
  const Outcome prepared =
      user.shell("cat " + voice + " | \"$0\" --json prepare " + video + " - -o " + quoted(user.path("clips")));
  CAPTURE(prepared.err);
  REQUIRE(prepared.exit == 0);
  CHECK(prepared.json().at("audio").at("audio").at("codec") == "mp3");
  CHECK(fs::exists(user.path("clips/video.mp4")));
  const Outcome run = user.shell("cat " + video + " | \"$0\" --json run - " + voice + " --emotion happy --sandbox -o " +
                                 quoted(user.path("out.mp4")));
  CAPTURE(run.err);
  CHECK(run.exit == 0);
  const Outcome again = user.shell("\"$0\" --json run " + video + " " + voice + " --emotion happy --sandbox -o " +
                                   quoted(user.path("again.mp4")));
  CHECK(again.json().at("prepare").at("video").at("sha256") == run.json().at("prepare").at("video").at("sha256"));
  CHECK(user.leftovers().empty());
}

TEST_CASE("standard input serves one clip only") {
  const User user;
  const Outcome outcome = user.shell("\"$0\" --json plan - - < " + quoted(fixture(kPipedVideo)));
  CHECK(outcome.exit == 2);
}

TEST_CASE("an empty, cut-off, or too long standard input is refused by name and leaves nothing") {
  const User user;
  const std::string clip = quoted(fixture(kPipedVideo));
  const std::string index_last = quoted(fixture("presenter_h264_bframes_25fps_6s_audio.mp4"));
  for (const std::string& script :
       {std::string("\"$0\" --json probe - < /dev/null"), "head -c 20000 " + index_last + " | \"$0\" --json probe -",
        "cat " + clip + " | \"$0\" --json probe - --max-spooled-size 10K"}) {
    CAPTURE(script);
    const Outcome outcome = user.shell(script);
    CHECK(outcome.exit == 3);
    CHECK(outcome.error().at("where") == "standard input");
    CHECK(user.leftovers().empty());
  }
}

TEST_CASE("an output that is the redirected input is refused") {
  const User user;
  const std::string input = user.path("clips/video.mp4");
  fs::create_directories(user.path("clips"));
  fs::copy_file(fixture(kPipedVideo), input);
  const Outcome outcome = user.shell("\"$0\" --json prepare - " + quoted(fixture(kPipedVoice)) + " -o " +
                                     quoted(user.path("clips")) + " < " + quoted(input));
  CHECK(outcome.exit == 2);
  CHECK(fs::file_size(input) == fs::file_size(fixture(kPipedVideo)));
}

}  // namespace
