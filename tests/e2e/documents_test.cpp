// SPDX-License-Identifier: Apache-2.0
// Every command's document, every file that is written and every log line, against schemas/*.json. Outcome::json()
// compares what any other case of this folder prints.
#include <doctest/doctest.h>

#include <csignal>
#include <react1/sandbox.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "e2e/program.hpp"
#include "support/paths.hpp"
#include "support/schema.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::read_file;
using react1::Sandbox;

std::vector<std::string> pair(const std::string& command, const std::vector<std::string>& flags) {
  std::vector<std::string> arguments{command, fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                     "--json"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

/// Runs a command and validates its document against the schema of that name.
Json checked(const User& user, const std::string& schema, const std::vector<std::string>& arguments) {
  const Outcome outcome = user.run(arguments);
  CAPTURE(outcome.err);
  const Json document = outcome.json();
  check_schema(document, schema);
  return document;
}

TEST_CASE("the documents of the commands that need no service are as their schemas say") {
  const User user;
  checked(user, "version", {"--version", "--json"});
  checked(user, "media", {"probe", fixture("presenter_h264_bframes_25fps_6s_audio.mp4"), "--json"});
  checked(user, "media_list", {"probe", fixture("voice_mono_48k_5s.wav"), fixture("still_gif.gif"), "--json"});
  checked(user, "preparation", pair("plan", {}));
  checked(user, "preparation", pair("plan", {"--conform", "auto", "--start", "1"}));
  checked(user, "preparation", pair("prepare", {"-o", user.path("clips")}));
  check_schema(Json::parse(read_file(user.path("clips/prepare.json"))), "preparation");
  checked(user, "preview", pair("preview", {"--lipsync-mode", "loop", "-o", user.path("preview.mp4")}));
  checked(user, "verification", {"verify", fixture("presenter_h264_25fps_6s.mp4"), "--json"});
  checked(user, "job_list", {"jobs", "list", "--json"});
  checked(user, "error", {"probe", user.path("none.mp4"), "--json"});
  checked(user, "error", {"run", "--json"});
}

TEST_CASE("the documents of the commands around a paid job are as their schemas say") {
  const Sandbox sandbox({});
  User user;
  user.with_service(sandbox.url()).with("REACT1_PLATFORM_URL", sandbox.platform_url());
  checked(user, "doctor", {"doctor", "--json"});
  const std::string id = checked(user, "job", pair("submit", {"--emotion", "sad", "--wait"}))["request_id"];
  checked(user, "status", {"status", id, "--json"});
  checked(user, "run", {"result", id, "-o", user.path("fetched.mp4"), "--json"});
  check_schema(Json::parse(read_file(user.path("fetched.mp4.json"))), "run");
  checked(user, "run", pair("run", {"--emotion", "happy", "-o", user.path("out.mp4")}));
  check_schema(Json::parse(read_file(user.path("out.mp4.json"))), "run");
  checked(user, "job", {"jobs", "show", id, "--json"});
  checked(user, "cancel", {"cancel", id, "--json"});
  CHECK(checked(user, "job_list", {"jobs", "list", "--json"}).size() == 2);
  // Of another length than the record says: the document has the failure in it, too.
  checked(user, "verification",
          {"verify", fixture("presenter_50fps_4s.mp4"), "--expect", user.path("out.mp4.json"), "--json"});
}

TEST_CASE("the document of the sandbox is as its schema says") {
  const User user;
  Running sandbox = user.start({"sandbox", "--json"});
  sandbox.wait_for_out("\n}\n");
  sandbox.signal(SIGTERM);
  check_schema(sandbox.wait().json(), "sandbox");
}

TEST_CASE("every log line is as its schema says, also that of a failure") {
  const User user;
  const std::string log = user.run(pair("run", {"--emotion", "happy", "--sandbox", "-o", user.path("out.mp4"), "-vv",
                                                "--log-format", "json"}))
                              .err +
                          user.run({"probe", user.path("none.mp4"), "--log-format", "json"}).err;
  std::istringstream lines(log);
  std::set<std::string> levels;
  for (std::string line; std::getline(lines, line);) {
    const Json parsed = Json::parse(line);
    check_schema(parsed, "log_line");
    levels.insert(parsed["level"].get<std::string>());
  }
  CHECK(levels.count("info") == 1);
  CHECK(levels.count("error") == 1);
}

}  // namespace
