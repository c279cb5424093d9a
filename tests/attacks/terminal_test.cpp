// SPDX-License-Identifier: Apache-2.0
// Text of the service, of files and of their names: it reaches neither terminal nor shell raw.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "core/printable.hpp"
#include "e2e/program.hpp"
#include "e2e/service.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
namespace fs = std::filesystem;

/// Escapes, bells, carriage returns, C1, bidi, separators, a tag, and what a shell would run.
const std::vector<std::string>& nasty_texts() {
  static const std::vector<std::string> texts{"\x1b]0;owned\x07\x1b[2J\x1b[31m", "\u009b2J\u0085 \u202egpj.exe\u2066",
                                              "line\r\nreact1: paid\n\x08\x08", "`touch owned` $(touch owned) ; '\"\\",
                                              "\u2028\u2029\u200b\U000E0041\x7f"};
  return texts;
}

/// All output is plain text: no control characters.
void check_harmless(const Outcome& outcome) {
  CAPTURE(outcome.out);
  CAPTURE(outcome.err);
  for (const std::string* text : {&outcome.out, &outcome.err}) CHECK(react1::printable_lines(*text) == *text);
}

/// Runs each command in both forms; --json stays one document.
void check_both_forms(const User& user, std::vector<std::string> command) {
  std::string line;
  for (const std::string& word : command) line += " " + word;
  CAPTURE(line);
  check_harmless(user.run(command));
  std::vector<std::string> loud = command;
  loud.insert(loud.end(), {"-vv", "--log-format", "json"});
  check_harmless(user.run(loud));
  command.emplace_back("--json");
  const Outcome outcome = user.run(command);
  check_harmless(outcome);
  static_cast<void>(outcome.json());
}

std::string with_id(Json more) {
  more["request_id"] = "req-1";
  return answer(200, more.dump());
}

struct PrintedPlace {
  const char* name;
  std::function<void(ScriptedService&, const std::string&)> corrupt;
};

const std::vector<PrintedPlace>& places() {
  static const std::vector<PrintedPlace> all{
      {"a status word and its logs",
       [](ScriptedService& service, const std::string& text) {
         service.answer(
             "GET", "/status",
             with_id({{"status", text},
                      {"logs", Json::array({Json{{"timestamp", text}, {"level", text}, {"message", text}}, text})}}));
       }},
      {"an error of the job",
       [](ScriptedService& service, const std::string& text) {
         service.answer("GET", "/status", with_id({{"status", "COMPLETED"}, {"error", text}, {"error_type", text}}));
       }},
      {"a list of problems",
       [](ScriptedService& service, const std::string& text) {
         service.answer("GET", "/status", with_id({{"status", "COMPLETED"}}));
         service.answer("GET", "/requests/req-1",
                        answer(422, Json{{"detail", Json::array({Json{{"loc", Json::array({"body", text})},
                                                                      {"msg", text},
                                                                      {"type", text},
                                                                      {"ctx", Json{{text, text}}}}})}}
                                        .dump()));
       }},
      {"a plain detail",
       [](ScriptedService& service, const std::string& text) {
         service.answer("POST", "/initiate", answer(401, Json{{"detail", text}}.dump()));
         service.answer("GET", "/status", answer(403, Json{{"detail", text}}.dump()));
       }},
      {"a page and its content type",
       [](ScriptedService& service, const std::string& text) {
         std::string type = text;  // a line break would end the header
         std::erase_if(type, [](char c) { return c == '\r' || c == '\n'; });
         for (const char* method : {"GET", "POST"}) {
           service.answer(method, "/",
                          "HTTP/1.1 502 " + type + "\r\nContent-Type: " + type + "\r\nX-Fal-Request-Id: " + type +
                              "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
         }
       }},
      {"a request id",
       [](ScriptedService& service, const std::string& text) {
         service.answer("POST", "/fal-ai/", answer(200, Json{{"request_id", text}, {"status", "IN_QUEUE"}}.dump()));
       }},
      {"the description of a result",
       [](ScriptedService& service, const std::string& text) {
         service.answer("GET", "/requests/req-1",
                        answer(200, Json{{"video", Json{{"url", "https://no-such-host.invalid/" + text},
                                                        {"content_type", text},
                                                        {"file_name", text}}}}
                                        .dump()));
         service.answer("GET", "/status", with_id({{"status", "COMPLETED"}}));
       }},
  };
  return all;
}

TEST_CASE("whatever the service says, wherever it says it, nothing of it acts on the terminal") {
  for (const PrintedPlace& place : places()) {
    const std::string name = place.name;
    CAPTURE(name);
    for (const std::string& text : nasty_texts()) {
      CAPTURE(react1::printable(text));
      ScriptedService service;
      place.corrupt(service, text);
      User user;
      user.with_service(service.url());
      std::ofstream(user.path("hasty.json"))
          << R"({"retry":{"attempts":1,"base_delay_ms":1,"max_delay_ms":1},"wait":{"stall_timeout_ms":2000,"max_wait_ms":500}})";
      const std::string recipe = user.path("hasty.json");
      check_both_forms(user, {"status", "req-1", "--pipeline", recipe});
      const Outcome run = user.run({"run", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                    "--emotion", "happy", "--pipeline", recipe, "-o", user.path("out.mp4"), "-vv"});
      check_harmless(run);
      CHECK(run.exit != 0);
      check_both_forms(user, {"jobs", "list"});
      for (const Json& job : user.run({"jobs", "list", "--json"}).json()) {
        check_both_forms(user, {"jobs", "show", job["job_id"].get<std::string>()});
      }
    }
  }
}

TEST_CASE("a request id that is none of the service's is no acceptance, and no hint repeats it") {
  for (const std::string& id :
       {std::string("`touch owned`"), std::string("a b"), std::string("../x"), std::string("\x1b[2J"),
        std::string(300, 'a'), std::string("x;y"), std::string("\u202e")}) {
    CAPTURE(react1::printable(id));
    ScriptedService service;
    service.answer("POST", "/fal-ai/",
                   answer(200, Json{{"request_id", id}, {"status", "IN_QUEUE"}}.dump(), "application/json",
                          "X-Fal-Request-Id: `touch owned`\r\n"));
    User user;
    user.with_service(service.url());
    const Outcome outcome = user.run(run_arguments(user));
    CAPTURE(outcome.err);
    CHECK(outcome.exit == 8);
    CHECK(service.submits() == 1);
    check_harmless(outcome);
    CHECK(outcome.err.find("touch owned") == std::string::npos);
    CHECK(user.run({"status", id, "--json"}).exit == 2);
    CHECK(user.run({"cancel", id}).exit == 2);
  }
}

TEST_CASE("names and tags of files are shown and do nothing") {
  User user;
  for (const std::string& text : nasty_texts()) {
    CAPTURE(react1::printable(text));
    std::string name = text;
    std::replace(name.begin(), name.end(), '/', '_');
    const std::string clip = user.path(name + ".mp4");
    fs::copy_file(fixture("presenter_h264_25fps_6s.mp4"), clip);
    check_both_forms(user, {"probe", clip});
    check_both_forms(user, {"plan", clip, fixture("voice_mono_48k_5s.wav")});
    check_both_forms(user, {"probe", user.path("missing " + name)});
    check_both_forms(user, {"plan", clip, clip + ".none", "--" + name});
    check_both_forms(user, {"prepare", clip, fixture("voice_mono_48k_5s.wav"), "-o", user.path("of " + name)});
  }
}

TEST_CASE("the command that an interrupted run prints can be pasted, whatever the output's name") {
  ScriptedService service;
  service.answer("GET", "/status", answer(200, R"({"status":"IN_QUEUE","request_id":"req-1"})"));
  User user;
  user.with_service(service.url());
  const std::string output = user.path("it's `touch owned`\x1b[2J.mp4");
  Running running = user.start({"run", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                                "--emotion", "happy", "-o", output});
  running.wait_for_err("accepted request");
  running.signal(SIGINT);
  const Outcome outcome = running.wait();
  check_harmless(outcome);
  const std::string mark = "react1 result req-1 -o ";
  const auto at = outcome.err.find(mark);
  REQUIRE(at != std::string::npos);
  const std::string word = outcome.err.substr(at + mark.size(), outcome.err.find('\n', at) - at - mark.size());
  const Outcome pasted = user.shell("cd " + user.path("") + " && bash -c 'eval \"printf %s $1\"' x \"$(cat <<'END'\n" +
                                    word + "\nEND\n)\"");
  CHECK(pasted.out == output);
  CHECK_FALSE(fs::exists(user.path("owned")));
}

}  // namespace
