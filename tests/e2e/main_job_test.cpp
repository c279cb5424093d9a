// SPDX-License-Identifier: Apache-2.0
// The main job as a user does it: run, verify, submit and fetch, look at the jobs; and what the program prints where.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>
#include <vector>

#include "core/sha256.hpp"
#include "e2e/program.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::read_file;
using react1::Sandbox;
namespace fs = std::filesystem;

std::vector<std::string> clips(const std::string& command, const std::vector<std::string>& flags = {}) {
  std::vector<std::string> arguments{command, fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav")};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

TEST_CASE("run on the sandbox gives a verified file, its record, and nothing but one document on stdout") {
  const User user;
  const std::string output = user.path("out.mp4");
  const Outcome outcome = user.run(clips("run", {"--emotion", "happy", "--sandbox", "-o", output, "--json"}));
  CAPTURE(outcome.err);
  REQUIRE(outcome.exit == 0);
  const Json record = outcome.json();
  CHECK(record["verification"]["verdict"] == "pass");
  CHECK(record["sandbox"] == true);
  CHECK(record["parameters"]["emotion"] == "happy");
  CHECK(record["prepare"]["video"]["action"] == "passthrough");
  CHECK(record["prepare"]["video"]["sha256"] == react1::sha256_file(fixture("presenter_h264_25fps_6s.mp4")));
  CHECK(record["output"]["sha256"] == react1::sha256_file(output));
  CHECK(record["output"]["bytes"] == fs::file_size(output));
  CHECK(Json::parse(read_file(output + ".json")) == record);
  CHECK(user.leftovers().empty());

  const Outcome again = user.run(clips("run", {"--emotion", "happy", "--sandbox", "-o", user.path("2.mp4"), "--json"}));
  CHECK(again.exit == 0);
  CHECK(again.json()["reused"] == true);
  CHECK(record["output"]["sha256"] == react1::sha256_file(user.path("2.mp4")));

  CHECK(user.run({"verify", output, "--expect", output + ".json"}).exit == 0);
  const Outcome wrong = user.run({"verify", fixture("presenter_50fps_4s.mp4"), "--expect", output + ".json", "--json"});
  CHECK(wrong.exit == 7);
  CHECK(wrong.json()["verdict"] == "fail");
  CHECK(wrong.error()["code"] == "verification");
}

TEST_CASE("for people run prints the path and the table of checks, and no control characters") {
  const User user;
  const std::string output = user.path("out.mp4");
  const Outcome outcome = user.run(clips("run", {"--emotion", "sad", "--sandbox", "-o", output}));
  CAPTURE(outcome.err);
  REQUIRE(outcome.exit == 0);
  CHECK(outcome.out.rfind(output + "\n", 0) == 0);
  CHECK(outcome.out.find("verification: pass") != std::string::npos);
  CHECK(outcome.out.find("sandbox") != std::string::npos);
  CHECK((outcome.out + outcome.err).find('\x1b') == std::string::npos);
  CHECK(outcome.err.find("accepted request") != std::string::npos);
  const Outcome quiet = user.run(clips("run", {"--emotion", "sad", "--sandbox", "-q", "--again", "-o", output}));
  CHECK(quiet.exit == 0);
  CHECK(quiet.err.empty());
}

TEST_CASE("plan writes nothing, prepare writes exactly its three files, and both tell the same") {
  const User user;
  const std::string before = user.path("clips");
  const Json planned = user.run(clips("plan", {"--json"})).json();
  CHECK(planned["video"]["path"].is_null());
  CHECK_FALSE(fs::exists(before));
  CHECK(user.leftovers().empty());
  const Outcome outcome = user.run(clips("prepare", {"-o", before, "--json"}));
  REQUIRE(outcome.exit == 0);
  const Json prepared = outcome.json();
  CHECK(prepared["advice"]["lipsync_mode"] == planned["advice"]["lipsync_mode"]);
  CHECK(prepared["prediction"]["frames"] == planned["prediction"]["frames"]);
  CHECK(Json::parse(read_file(fs::path(before) / "prepare.json")) == prepared);
  CHECK(files_below(before).size() == 3);
  CHECK(prepared["audio"]["duration_s"] <= 15);
  const Outcome text = user.run(clips("plan"));
  CHECK(text.out.find("passthrough") != std::string::npos);
  CHECK(text.out.find("USD") != std::string::npos);
  CHECK(text.out.find("cut_off") != std::string::npos);
}

TEST_CASE("on a hold plan exits 3 with the whole plan, marks no mode, and a named mode overrules it") {
  const User user;
  const std::vector<std::string> held{"plan", fixture("presenter_h264_25fps_6s.mp4"), fixture("silent_5s.wav")};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), held.begin(), held.end());
    return user.run(more);
  };
  const Outcome json = with({"--json"});
  CHECK(json.exit == 3);
  CHECK(json.json()["advice"]["hold"] == true);
  CHECK_FALSE(json.json().contains("error"));
  const Outcome text = with({});
  CHECK(text.exit == 3);
  CHECK(text.out.find("hold, do not pay") != std::string::npos);
  CHECK(text.out.find('>') == std::string::npos);
  const Outcome named = with({"--lipsync-mode", "cut_off"});
  CHECK(named.exit == 0);
  CHECK(named.out.find("\n  >  cut_off") != std::string::npos);
}

TEST_CASE("run says the price, the length, the mode and its reason before it pays, and only then") {
  const Sandbox sandbox({});
  User user;
  user.with_service(sandbox.url());
  const std::string output = user.path("out.mp4");
  const Outcome first = user.run(clips("run", {"--emotion", "happy", "-o", output}));
  CAPTURE(first.err);
  REQUIRE(first.exit == 0);
  const Json plan = user.run(clips("plan", {"--json"})).json();
  const auto offer = first.err.find(plan["advice"]["lipsync_mode"].get<std::string>() +
                                    ", advised: " + plan["advice"]["reasons"][0].get<std::string>());
  CHECK(offer != std::string::npos);
  CHECK(offer < first.err.find("accepted request"));
  CHECK(first.err.find(std::to_string(plan["prediction"]["frames"].get<int>()) + " frames") < offer);
  const Outcome again = user.run(clips("run", {"--emotion", "happy", "-o", output}));
  CHECK(again.exit == 0);
  CHECK(again.err.find("advised") == std::string::npos);
  const Outcome named = user.run(clips("run", {"--emotion", "happy", "--lipsync-mode", "silence", "-o",
                                               user.path("2.mp4"), "--log-format", "json", "-v"}));
  CHECK(named.exit == 0);
  CHECK(named.err.find("lipsync_mode silence, as requested") != std::string::npos);
}

TEST_CASE("windows and modes given as flags arrive") {
  const User user;
  const Json planned =
      user.run(clips("plan", {"--start", "1", "--video-duration", "0:02", "--lipsync-mode", "silence", "--json"}))
          .json();
  CHECK(planned["video"]["source_window"]["start_s"] == 1);
  CHECK(planned["video"]["source_window"]["end_s"] == 3);
  CHECK(planned["audio"]["source_window"]["start_s"] == 1);
  CHECK(planned["prediction"]["lipsync_mode"] == "silence");
}

TEST_CASE("probe gives one document for one file and a list for several") {
  const User user;
  const Json one = user.run({"probe", fixture("presenter_hevc_25fps_4s.mp4"), "--json"}).json();
  CHECK(one["video"]["codec"] == "hevc");
  const Json two =
      user.run({"probe", fixture("presenter_hevc_25fps_4s.mp4"), fixture("voice_mono_48k_5s.wav"), "--json"}).json();
  REQUIRE(two.is_array());
  CHECK(two[1]["audio"]["sample_rate"] == 48000);
  CHECK(user.run({"probe", fixture("voice_mono_48k_5s.wav")}).out.find("48000 Hz") != std::string::npos);
}

TEST_CASE("preview renders the mode without a service") {
  const User user;
  const Outcome outcome = user.run(clips("preview", {"--lipsync-mode", "silence", "-o", user.path("p.mp4"), "--json"}));
  CAPTURE(outcome.err);
  REQUIRE(outcome.exit == 0);
  CHECK(outcome.json()["frames"] == 150);
  CHECK(fs::exists(user.path("p.mp4")));
  CHECK_FALSE(fs::exists(user.path("state")));
}

TEST_CASE("submit prints the id alone, and status, result and the job store know it afterwards") {
  const Sandbox sandbox({});
  User user;
  user.with_service(sandbox.url());
  const Outcome submitted = user.run(clips("submit", {"--emotion", "angry"}));
  CAPTURE(submitted.err);
  REQUIRE(submitted.exit == 0);
  const std::string id = submitted.out.substr(0, submitted.out.find('\n'));
  CHECK(submitted.out == id + "\n");
  CHECK(sandbox.accepted_submits() == 1);

  CHECK(user.run(clips("submit", {"--emotion", "angry", "--json"})).json()["request_id"] == id);
  CHECK(sandbox.accepted_submits() == 1);

  const Json status = user.run({"status", id, "--json"}).json();
  CHECK(status["request_id"] == id);
  CHECK(status["status"].is_string());
  const Json jobs = user.run({"jobs", "list", "--json"}).json();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0]["state"] == "submitted");
  const std::string job = jobs[0]["job_id"];

  const std::string output = user.path("out.mp4");
  const Outcome fetched = user.run({"result", job, "-o", output, "--json"});
  CAPTURE(fetched.err);
  REQUIRE(fetched.exit == 0);
  CHECK(fetched.json()["verification"]["verdict"] == "pass");
  CHECK(fetched.json()["prepare"].is_object());
  const Json shown = user.run({"jobs", "show", id, "--json"}).json();
  CHECK(shown["state"] == "done");
  std::vector<std::string> moves;
  for (const Json& event : shown["history"]) moves.push_back(event["to"]);
  CHECK(moves == std::vector<std::string>{"created", "submitting", "submitted", "done"});
  CHECK(shown["history"][0]["from"].is_null());
  CHECK(shown["history"][2]["request_id"] == id);
  CHECK(user.run({"jobs", "show", id}).out.find("history") != std::string::npos);
  CHECK(user.run({"jobs", "show", "unknown"}).exit == 2);
  CHECK(user.run({"jobs", "list"}).out.find(id) != std::string::npos);

  User stranger;  // knows only the id
  stranger.with_service(sandbox.url());
  const Outcome foreign = stranger.run({"result", id, "-o", stranger.path("out.mp4"), "--json"});
  CHECK(foreign.exit == 0);
  CHECK(foreign.json()["prepare"].is_null());
  CHECK(stranger.run({"cancel", id, "--json"}).json()["outcome"] == "already_completed");
  CHECK(stranger.run({"status", "00000000-0000-7000-8000-000000000000"}).exit == 6);
  CHECK(stranger.run({"cancel", "00000000-0000-7000-8000-000000000000"}).exit == 4);
  CHECK(sandbox.accepted_submits() == 1);
}

TEST_CASE("a cancelled job leaves the way free for the same intent") {
  const Sandbox sandbox({.inference_time = std::chrono::minutes(10)});
  User user;
  user.with_service(sandbox.url());
  const Json job = user.run(clips("submit", {"--emotion", "angry", "--json"})).json();
  const std::string id = job["request_id"];
  CHECK(user.run({"cancel", id, "--json"}).json()["job_state"] == "cancelled");
  const Json second = user.run(clips("submit", {"--emotion", "angry", "--json"})).json();
  CHECK(second["request_id"] != id);
  CHECK(sandbox.accepted_submits() == 2);
}

TEST_CASE("submit, cancel and result of one user are reported as such, not as another process's") {
  // The service accepts the cancellation and finishes nevertheless.
  const Sandbox sandbox(
      {.inference_time = std::chrono::milliseconds(800),
       .faults =
           R"({"faults": [{"route": "cancel", "do": {"status": 202, "body": {"status": "CANCELLATION_REQUESTED"}}}]})"});
  User user;
  user.with_service(sandbox.url());
  const std::string id = user.run(clips("submit", {"--emotion", "angry", "--json"})).json()["request_id"];
  std::string reported = user.run({"cancel", id, "-v"}).err;
  const Outcome fetched = user.run({"result", id, "-o", user.path("out.mp4"), "-v"});
  reported += fetched.err + user.run({"result", id, "-o", user.path("out.mp4"), "-v"}).err;
  CHECK(fetched.exit == 0);
  for (const char* word : {"another process", "somebody else", "another command", "meanwhile"}) {
    CAPTURE(std::string(word));
    CHECK(reported.find(word) == std::string::npos);
  }
  CHECK(user.run({"jobs", "show", id, "--json"}).json()["state"] == "done");
}

TEST_CASE("the sandbox command says where it is and how to use it, and ends on SIGTERM") {
  User user;
  Running sandbox = user.start({"sandbox"});
  sandbox.wait_for_out("\n");
  sandbox.wait_for_err("FAL_KEY=");
  const std::string url = sandbox.out().substr(0, sandbox.out().find('\n'));
  CHECK(url.rfind("http://127.0.0.1:", 0) == 0);
  user.with_service(url);
  const Outcome outcome = user.run(clips("run", {"--emotion", "happy", "-o", user.path("out.mp4"), "--json"}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit == 0);
  sandbox.signal(SIGTERM);
  CHECK(sandbox.wait().exit == 0);
}

TEST_CASE("log lines are JSON objects when asked for") {
  const User user;
  const Outcome outcome = user.run({"probe", fixture("voice_cover_art.mp3"), "-vv", "--log-format", "json", "--json"});
  CHECK(outcome.exit == 0);
  CHECK(outcome.json()["video"].is_null());
  std::size_t begin = 0;
  while (begin < outcome.err.size()) {
    const std::size_t end = outcome.err.find('\n', begin);
    CHECK(Json::parse(outcome.err.substr(begin, end - begin))["level"].is_string());
    begin = end == std::string::npos ? outcome.err.size() : end + 1;
  }
}

}  // namespace
