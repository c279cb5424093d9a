// SPDX-License-Identifier: Apache-2.0
// Invalid command lines: exit 2, one helpful message, and nothing done.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "e2e/program.hpp"

namespace {

using namespace react1::test;
using react1::Json;

const std::vector<std::string> kCommands{"probe",  "plan",   "prepare", "run",     "submit", "status",
                                         "result", "cancel", "verify",  "preview", "jobs",   "sandbox"};

/// A run with missing clips: another error shows that the check comes before any work.
std::vector<std::string> run_with(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments{"run", "/nowhere/v.mp4", "/nowhere/a.wav", "-o", "/nowhere/o.mp4"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

/// Checks both forms of a usage error and that nothing was begun; returns stderr.
std::string check_usage_error(const std::vector<std::string>& arguments, const std::string& words) {
  const User user;
  const Outcome plain = user.run(arguments);
  CAPTURE(plain.err);
  CHECK(plain.exit == 2);
  CHECK(plain.out.empty());
  CHECK(plain.err.rfind("react1: ", 0) == 0);
  CHECK(plain.err.find(words) != std::string::npos);
  std::vector<std::string> with_json = arguments;
  with_json.push_back("--json");
  const Outcome machine = user.run(with_json);
  CHECK(machine.exit == 2);
  CHECK(machine.error()["code"] == "usage");
  CHECK_FALSE(std::filesystem::exists(user.path("state")));
  CHECK(user.leftovers().empty());
  return plain.err;
}

TEST_CASE("help goes to stdout and names every command and its flags") {
  const User user;
  const Outcome help = user.run({"--help"});
  CHECK(help.exit == 0);
  CHECK(help.err.empty());
  for (const std::string& command : kCommands) {
    CAPTURE(command);
    CHECK(help.out.find(command) != std::string::npos);
    const Outcome own = user.run({command, "--help"});
    CHECK(own.exit == 0);
    CHECK(own.out.find(command) != std::string::npos);
    CHECK(own.err.empty());
  }
  const Outcome run = user.run({"run", "--help"});
  for (const char* flag : {"--emotion", "--lipsync-mode", "--model-mode", "--temperature", "--video-start",
                           "--audio-end", "--pipeline", "--sandbox", "--store", "--service", "--again", "--fps",
                           "--webhook-listen [ADDRESS:]PORT", "--webhook-url URL"}) {
    CAPTURE(flag);
    CHECK(run.out.find(flag) != std::string::npos);
  }
}

TEST_CASE("the version names react1, FFmpeg and curl") {
  const User user;
  const Outcome plain = user.run({"--version"});
  CHECK(plain.exit == 0);
  for (const char* word : {"react1 ", "FFmpeg ", "libcurl/"}) CHECK(plain.out.find(word) != std::string::npos);
  const Json machine = user.run({"--version", "--json"}).json();
  for (const char* key : {"react1", "build", "ffmpeg", "curl"}) CHECK(machine[key].is_string());
}

TEST_CASE("no command, an unknown one and an unknown flag are usage errors that help") {
  CHECK(check_usage_error({}, "no command").find("--help") != std::string::npos);
  CHECK(check_usage_error({"prob", "x"}, "prob").find("did you mean probe?") != std::string::npos);
  CHECK(check_usage_error(run_with({"--emotoin", "happy"}), "--emotoin").find("did you mean --emotion?") !=
        std::string::npos);
  check_usage_error({"jobs"}, "ubcommand");
}

TEST_CASE("a missing argument or output is a usage error") {
  check_usage_error({"probe"}, "FILE");
  check_usage_error({"plan", "only-one.mp4"}, "AUDIO");
  check_usage_error({"run", "a.mp4", "b.wav", "--emotion", "happy"}, "--output");
  check_usage_error({"result", "some-id"}, "--output");
  check_usage_error({"probe", "x", "--log-format", "xml"}, "--log-format");
  check_usage_error({"sandbox", "--port", "70000"}, "--port");
}

TEST_CASE("a misspelt value is answered with the nearest one, before any work") {
  CHECK(check_usage_error(run_with({"--emotion", "hapy"}), "--emotion").find("did you mean \"happy\"") !=
        std::string::npos);
  CHECK(
      check_usage_error(run_with({"--emotion", "sad", "--lipsync-mode", "cutoff"}), "--lipsync-mode").find("cut_off") !=
      std::string::npos);
  check_usage_error(run_with({"--emotion", "sad", "--model-mode", "faces"}), "--model-mode");
  check_usage_error(run_with({"--emotion", "sad", "--fps", "keeep"}), "\"keep\"");
  check_usage_error(run_with({"--emotion", "sad", "--goal", "pictures"}), "--goal");
  check_usage_error(run_with({"--emotion", "sad", "--service", "foul"}), "--service");
  check_usage_error(run_with({"--emotion", "Happy"}), "--emotion");
  check_usage_error(run_with({"--emotion", ""}), "--emotion");
  check_usage_error({"jobs", "list", "--state", "don"}, "\"done\"");
}

TEST_CASE("run and submit want an emotion") {
  check_usage_error(run_with({}), "--emotion");
  check_usage_error({"submit", "/nowhere/v.mp4", "/nowhere/a.wav"}, "--emotion");
}

TEST_CASE("a webhook needs an address to listen on, an http URL, and a process that waits") {
  for (const char* bad : {"", "65536", "-1", "80a", "localhost:80", "[::1]:80", ":80", "127.0.0.1:"}) {
    CAPTURE(bad);
    check_usage_error(run_with({"--emotion", "sad", std::string("--webhook-listen=") + bad}), "--webhook-listen");
  }
  const std::string said = check_usage_error(
      run_with({"--emotion", "sad", "--webhook-url", "ftp://h.example/?token=very-private"}), "--webhook-url");
  CHECK(said.find("very-private") == std::string::npos);
  check_usage_error({"submit", "/nowhere/v.mp4", "/nowhere/a.wav", "--emotion", "sad", "--webhook-listen", "0"},
                    "--wait");
}

TEST_CASE("a sandbox that ends with the command takes no request that outlives it") {
  check_usage_error({"submit", "/nowhere/v.mp4", "/nowhere/a.wav", "--emotion", "sad", "--sandbox"}, "--wait");
}

TEST_CASE("a service that can't reach the listener is not asked to") {
  User user;
  user.with("FAL_KEY", "key-id:key-secret");  // the real one; nothing is sent there
  const Outcome unnamed = user.run(run_arguments(user, {"--webhook-listen", "0", "--json"}));
  CHECK(unnamed.exit == 2);
  CHECK(unnamed.error()["where"] == "--webhook-url");
  const Outcome here =
      user.run(run_arguments(user, {"--webhook-listen", "0", "--webhook-url", "http://localhost:8080/cb", "--json"}));
  CHECK(here.exit == 2);
  CHECK(here.error()["where"] == "--webhook-url");
}

TEST_CASE("a temperature is a number from 0 to 1") {
  for (const char* bad : {"nan", "inf", "2", "1.0001", "-0.1", "warm", "0.5x"}) {
    CAPTURE(bad);
    const std::string flag = std::string("--temperature=") + bad;
    const User user;
    const Outcome outcome = user.run(run_with({"--emotion", "happy", flag, "--json"}));
    CHECK(outcome.exit == 2);
    CHECK(outcome.error()["code"] == "usage");
  }
  check_usage_error(run_with({"--emotion", "happy", "--temperature", "nan"}), "--temperature");
}

TEST_CASE("a window that holds nothing or contradicts itself is a usage error") {
  check_usage_error({"plan", "/nowhere/v.mp4", "/nowhere/a.wav", "--duration", "0"}, "duration");
  check_usage_error({"plan", "/nowhere/v.mp4", "/nowhere/a.wav", "--video-start", "5", "--video-end", "5"}, "end");
  check_usage_error({"plan", "/nowhere/v.mp4", "/nowhere/a.wav", "--start", "1", "--duration", "2", "--end", "3"}, "");
  for (const char* bad : {"soon", "1e3", "nan", "1:75", "1:2:3:4", "1.5:10"}) {
    CAPTURE(bad);
    check_usage_error({"plan", "/nowhere/v.mp4", "/nowhere/a.wav", "--audio-start", bad}, "--audio-start");
  }
}

TEST_CASE("a recipe that is missing or wrong is a usage error that names the file and the place in it") {
  const User user;
  const Outcome missing = user.run({"plan", "v", "a", "--pipeline", user.path("none.json"), "--json"});
  CHECK(missing.exit == 2);
  CHECK(missing.error()["where"].get<std::string>().find("none.json") != std::string::npos);
  const std::string path = user.path("bad.json");
  std::ofstream(path) << R"({"parameters":{"temperature":7}})";
  const Outcome wrong = user.run({"plan", "v", "a", "--pipeline", path, "--json"});
  CHECK(wrong.exit == 2);
  CHECK(wrong.error().dump().find("temperature") != std::string::npos);
  std::ofstream(path) << "{";
  CHECK(user.run({"plan", "v", "a", "--pipeline", path}).exit == 2);
}

TEST_CASE("flags are accepted before and after the command, and the last one counts") {
  const User user;
  const Outcome before = user.run({"--json", "probe", "/nowhere/x.mp4"});
  const Outcome after = user.run({"probe", "/nowhere/x.mp4", "--json"});
  CHECK(before.out == after.out);
  CHECK(before.exit == after.exit);
  const Outcome last = user.run(run_with({"--emotion", "hapy", "--emotion", "happy", "--temperature", "9", "--json"}));
  CHECK(last.error()["where"] == "--temperature");
}

TEST_CASE("an address that can't be read is distinguished from a missing file, without its password") {
  const User user;
  for (const char* address : {"ftp://user:topsecret@host.example/v.mp4", "s3://bucket/v.mp4", "file:///tmp/v.mp4"}) {
    CAPTURE(std::string(address));
    const Outcome outcome = user.run({"probe", address, "--json"});
    CHECK(outcome.exit == 2);
    CHECK(outcome.error()["message"].get<std::string>().find("http") != std::string::npos);
    CHECK((outcome.out + outcome.err).find("topsecret") == std::string::npos);
  }
  CHECK(user.run({"probe", "/nowhere/odd: //name.mp4"}).exit == 9);
}

TEST_CASE("the hint of a missing key names --sandbox only where that is a flag") {
  const User user;
  CHECK(user.run(run_arguments(user)).err.find("--sandbox") != std::string::npos);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"status", "x"}, {"cancel", "x"}, {"result", "x", "-o", user.path("o.mp4")}}) {
    const Outcome outcome = user.run(arguments);
    CHECK(outcome.exit == 5);
    CHECK(outcome.err.find("--sandbox") == std::string::npos);
  }
}

TEST_CASE("with --log-format json the failure is a line of JSON as well, wherever it comes from") {
  const User user;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"probe", "/nowhere/x.mp4"},
                                                    {"probe"},
                                                    {"run", "a", "b", "-o", "c"},
                                                    {"jobs", "show", "x"},
                                                    {"status", "x"}}) {
    for (const std::vector<std::string>& flag :
         {std::vector<std::string>{"--log-format", "json"}, {"--log-format=json"}}) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), flag.begin(), flag.end());
      const Outcome outcome = user.run(all);
      CAPTURE(outcome.err);
      CHECK(outcome.exit != 0);
      const Json line = Json::parse(outcome.err, /*cb=*/nullptr, /*allow_exceptions=*/false);
      REQUIRE(line.is_object());
      CHECK(line["level"] == "error");
      CHECK(line["error"]["message"].is_string());
      CHECK(line["error"]["exit_code"] == outcome.exit);
    }
  }
}

}  // namespace
