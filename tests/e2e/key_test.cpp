// SPDX-License-Identifier: Apache-2.0
// The key is in the Authorization header of the requests that need it and nowhere else: not in what is printed, not in
// a file, not in a crash, not where others see a process's arguments, and with no storage or result host.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <react1/sandbox.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/program.hpp"
#include "e2e/service.hpp"
#include "e2e/traces.hpp"
#include "e2e/wiretap.hpp"
#include "http/message/headers.hpp"
#include "support/paths.hpp"

namespace {

using namespace react1::test;
using react1::Json;
using react1::read_file;
using react1::Sandbox;
namespace fs = std::filesystem;

// Recognisable, and with characters that URLs write differently.
const std::string kId = "k3y1d-7f3d9a52";
const std::string kSecret = "s3cr3t+4c9e8d1b/77aa0f=";
const std::string kKey = kId + ":" + kSecret;

void check_clean(std::string_view where, std::string_view text) {
  static const Traces traces(kKey);
  CAPTURE(where);
  CHECK(traces.in(text) == "");
}

/// Everything that the program left on the disk, with the names of the files.
void check_files(const User& user) {
  for (const std::string& name : files_below(user.path(""))) {
    check_clean("the name of a file", name);
    if (fs::is_regular_file(user.path(name))) check_clean(name, read_file(user.path(name)));
  }
}

void check_nothing_kept(const User& user, const Outcome& outcome) {
  check_clean("stdout", outcome.out);
  check_clean("stderr", outcome.err);
  check_files(user);
}

/// What every user of the machine sees of a process. It has no children, whose arguments would be seen as well.
void check_process(pid_t pid) {
  const std::string line = read_file("/proc/" + std::to_string(pid) + "/cmdline");
  CHECK(line.find("--emotion") != std::string::npos);
  check_clean("cmdline", line);
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "status");  // empty for entries that are no processes, or have ended
    for (std::string word; status >> word;) {
      if (word != "PPid:") continue;
      pid_t parent = 0;
      status >> parent;
      CHECK(parent != pid);
      break;
    }
  }
}

bool needs_key(const SeenRequest& seen) {
  return seen.target.starts_with("/fal-ai/") || seen.target.starts_with("/storage/upload/initiate");
}

/// The key where it belongs and nowhere else. Returns the number of requests that must not have it.
std::size_t check_requests(const std::vector<SeenRequest>& requests) {
  std::size_t foreign = 0;
  for (const SeenRequest& seen : requests) {
    const std::string where = seen.method + " " + seen.target;
    CAPTURE(where);
    std::string head = seen.head;
    if (needs_key(seen)) {
      const std::string field = "\r\nAuthorization: Key " + kKey;
      const auto at = head.find(field);
      REQUIRE(at != std::string::npos);
      head.erase(at, field.size());
    } else {
      ++foreign;
    }
    CHECK(react1::http::to_lower(head).find("authorization") == std::string::npos);
    check_clean("head", head);
    check_clean("body", seen.body);
  }
  return foreign;
}

/// A user whose key is `kKey`, given in one of the two ways.
struct KeyOwner : User {
  explicit KeyOwner(const std::string& service, bool in_two_halves = false) {
    with_service(service, in_two_halves ? "" : kKey);
    if (in_two_halves) with("FAL_KEY_ID", kId).with("FAL_KEY_SECRET", kSecret);
  }
};

/// Retries that don't wait; `more` members of a recipe.
std::string recipe(const User& user, const std::string& more = "") {
  std::string path = user.path("recipe.json");
  std::ofstream(path) << R"({"retry":{"attempts":2,"base_delay_ms":1,"max_delay_ms":5})" << more << "}";
  return path;
}

struct Way {
  bool in_two_halves;
  const char* recipe;
  std::vector<std::string> flags;
};

}  // namespace

TEST_CASE("a trace of a secret is found in every disguise") {
  const Traces traces("id-12345678:AbC+dEf/gHiJkL==");
  CHECK(traces.in("nothing of the kind, id-1234 and AbC+dEf alone") == "");
  for (const char* text : {"xx d-123456 xx", "AbC%2BdEf%2FgHi", "4162432b6445662f",  // plain, percent, hex
                           "SWQ6aWQtMTIzNDU2Nzg6QWJD", "aWQtMTIzNDU2Nzg6QWJD",       // Id:… and the key itself
                           "QWJDK2RFZi9nSGlKa0w9PQ==", "xBYkMrZEVmL2dIaUprTD09"}) {  // the secret, at two offsets
    CAPTURE(text);
    CHECK(traces.in(text) != "");
  }
}

TEST_CASE("through a whole paid life the key is seen by the service alone") {
  const std::string in_parts = R"(,"upload":{"multipart_above_bytes":0})";
  const std::vector<Way> ways{{false, "", {"-vv"}},
                              {true, in_parts.c_str(), {"-vv", "--json"}},
                              {false, in_parts.c_str(), {"-vv", "--json", "--log-format", "json"}}};
  for (const Way& way : ways) {
    CAPTURE(way.flags.size());
    const Sandbox sandbox({.key = kKey, .inference_time = std::chrono::milliseconds(500)});
    const Wiretap elsewhere(sandbox.url());
    const Wiretap service(sandbox.url(), elsewhere.url());
    const KeyOwner user(service.url(), way.in_two_halves);
    std::vector<std::string> flags{"--pipeline", recipe(user, way.recipe)};
    flags.insert(flags.end(), way.flags.begin(), way.flags.end());

    Running running = user.start(run_arguments(user, flags));
    running.wait_for_err("accepted");
    check_process(running.pid());
    check_files(user);  // half way, with everything open
    const Outcome outcome = running.wait();
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit == 0);
    check_nothing_kept(user, outcome);
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"jobs", "list", "--json"}, {"jobs", "list"}, run_arguments(user, flags)}) {
      const Outcome later = user.run(command);
      CHECK(later.exit == 0);
      check_nothing_kept(user, later);
    }
    CHECK(check_requests(service.requests()) >= 4);  // two uploads, two looks at their size
    CHECK(check_requests(elsewhere.requests()) == 1);
    for (const SeenRequest& seen : service.requests()) {
      const auto signature = seen.target.find("?signature=");
      if (signature == std::string::npos) continue;
      CHECK((outcome.out + outcome.err).find(seen.target.substr(signature)) == std::string::npos);
    }
  }
}

TEST_CASE("a key that the service repeats in every field is passed on nowhere") {
  const std::string told = "Key " + kKey;
  const std::string submit = "/fal-ai/sync-lipsync/react-1";
  const std::string fields =
      "X-Fal-Error-Type: " + told + "\r\nWWW-Authenticate: " + told + "\r\nAuthorization: " + told + "\r\n";
  const auto echo = [&](int status, const Json& body) {
    return answer(status, body.dump(), "application/json", fields);
  };
  const Json words{{"detail", "you sent " + told}, {"error_type", told}, {"status", told}};
  const Json list{
      {"detail", Json::array({{{"loc", Json::array({"body", told})},
                               {"msg", std::string(480, '.') + told},  // at the place where texts are shortened
                               {"type", told},
                               {"ctx", {{"given", told}}},
                               {"input", told}}})}};
  const Json finished{{"status", "COMPLETED"}, {"request_id", "req-1"}};
  const auto with = [&finished](const Json& more) {
    Json status = finished;
    status.update(more);
    return status;
  };
  const Json lines = Json::array({{{"timestamp", "1"}, {"level", told}, {"message", "using " + told}}, told});
  struct Case {
    const char* what;
    std::string method, part, answer;
    int exit;
  };
  const std::vector<Case> cases{
      {"refused", "POST", "/initiate", echo(401, words), 5},
      {"a page", "POST", "/initiate", answer(502, "<html><title>" + told + "</title>", "text/html", fields), 6},
      {"plain text", "POST", "/initiate", answer(400, told, "text/plain", fields), 6},
      {"no place", "POST", "/initiate", echo(200, {{"upload_url", told}, {"file_url", told}}), 6},
      {"storage", "PUT", "/put/", echo(403, words), 4},
      {"balance", "POST", submit, echo(402, words), 5},
      {"input", "POST", submit, echo(422, list), 4},
      {"elsewhere", "POST", submit, answer(307, told, "text/plain", fields + "Location: /" + kKey + "\r\n"), 8},
      {"named in a header", "POST", submit,
       answer(500, told, "text/plain", fields + "X-Fal-Request-Id: " + told + "\r\n"), 8},
      {"half an answer", "POST", submit,
       "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 999\r\nConnection: close\r\n\r\n{\"request_id\":\"" + told, 8},
      {"no id", "POST", submit, echo(200, {{"note", told}}), 8},
      {"logs and failure", "GET", "/status",
       echo(200, with({{"logs", lines}, {"error", "used " + told}, {"error_type", told}})), 4},
      {"failed by stream", "GET", "/status/stream",
       answer(200, "data: " + with({{"logs", lines}, {"error", told}}).dump() + "\n\n", "text/event-stream", fields),
       4},
      {"gone", "GET", "/requests/req-1", echo(404, words), 4},
      {"result refused", "GET", "/requests/req-1", echo(422, list), 4},
      {"no video", "GET", "/requests/req-1", echo(200, {{"video", told}, {"detail", told}}), 6},
      {"download refused", "GET", "/out.mp4", echo(403, words), 6},
      // The bytes of a result are the service's own; only the other fields matter.
      {"no media", "GET", "/out.mp4", answer(200, "no media at all", "video/mp4", fields), 7},
  };
  int number = 0;
  for (const Case& one : cases) {
    CAPTURE(one.what);
    ScriptedService service;
    service.answer(one.method, one.part, one.answer);
    // Asking for the status is below the request's own address, so it comes first again.
    if (one.part == "/requests/req-1") service.answer("GET", "/status", echo(200, finished));
    const KeyOwner user(service.url());
    std::vector<std::string> flags{"-vv", "--pipeline", recipe(user), "--json"};
    if (++number % 2 == 0) flags.back() = "--log-format=json";
    const Outcome outcome = user.run(run_arguments(user, flags));
    CAPTURE(outcome.err);
    CHECK(outcome.exit == one.exit);
    check_nothing_kept(user, outcome);
    check_requests(service.server().requests());
    check_nothing_kept(user, user.run({"jobs", "list", "-vv"}));
    const Outcome again = user.run(run_arguments(user, flags));  // prints the stored data
    check_nothing_kept(user, again);
  }
}

TEST_CASE("what a service says of a request and its result is passed on without the key") {
  const std::string told = "Key " + kKey;
  const std::string submit = "/fal-ai/sync-lipsync/react-1";
  const Json status{{"status", "COMPLETED"},
                    {"request_id", "req-1"},
                    {"logs", Json::array({{{"timestamp", told}, {"level", told}, {"message", told}}})}};
  ScriptedService service;
  const KeyOwner user(service.url());
  const std::string clip = user.path("clip.mp4");
  REQUIRE(user.run({"preview", fixture("presenter_h264_25fps_6s.mp4"), fixture("voice_mono_48k_5s.wav"),
                    "--lipsync-mode", "cut_off", "-o", clip})
              .exit == 0);
  const Json result{{"video", {{"url", service.server().url("/out.mp4")}, {"file_name", told}, {"content_type", told}}},
                    {"headers", {{"Authorization", told}, {told, 1}}}};
  service.answer("GET", "/requests/req-1", answer(200, result.dump()))
      .answer("GET", "/status", answer(200, status.dump()))
      .answer("GET", "/out.mp4", answer(200, read_file(clip), "video/mp4"))
      .answer("PUT", "/cancel", answer(400, Json{{"status", "ALREADY_COMPLETED"}, {"detail", told}}.dump()));
  const Outcome run = user.run(run_arguments(user, {"-vv", "--lipsync-mode", "cut_off", "--json"}));
  CAPTURE(run.err);
  REQUIRE(run.exit == 0);
  CHECK(run.json()["response"]["video"]["url"] == service.server().url("/out.mp4"));
  check_nothing_kept(user, run);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"status", "req-1", "-vv"},
                                                  {"status", "req-1", "--json"},
                                                  {"cancel", "req-1", "-vv"},
                                                  {"result", "req-1", "-vv", "-o", user.path("2.mp4")},
                                                  {"jobs", "show", "req-1", "--json"}}) {
    CAPTURE(command.at(0));
    const Outcome outcome = user.run(command);
    CHECK(outcome.exit == 0);
    check_nothing_kept(user, outcome);
  }
  CHECK(check_requests(service.server().requests()) >= 4);
}

TEST_CASE("a crash shows no key and leaves no core") {
  const User plain_user;
  const bool cores_are_written = plain_user.shell("cd \"$TMPDIR\"; ulimit -c unlimited; kill -ABRT $$").dumped_core;
  if (!cores_are_written) MESSAGE("this machine writes no cores: only what is printed and left could be looked at");
  // A sanitizer reports SIGSEGV itself and exits: its report is not the crash that users see.
  const std::string as_users_have_it =
      "export ASAN_OPTIONS=\"$ASAN_OPTIONS:handle_segv=0\" TSAN_OPTIONS=\"$TSAN_OPTIONS:handle_segv=0\"; ";
  for (const int signal : {SIGABRT, SIGSEGV}) {
    CAPTURE(signal);
    const Sandbox sandbox({.key = kKey, .inference_time = std::chrono::minutes(10)});
    const KeyOwner user(sandbox.url());
    Running running = user.start_shell(as_users_have_it + "cd \"$TMPDIR\"; ulimit -c unlimited; exec \"$0\" \"$@\"",
                                       run_arguments(user, {"-vv"}));
    running.wait_for_err("accepted request");
    running.signal(signal);
    const Outcome outcome = running.wait();
    CHECK(outcome.exit == 128 + signal);
    CHECK_FALSE(outcome.dumped_core);
    check_nothing_kept(user, outcome);
  }
}

TEST_CASE("a key that can't be used is described and not shown") {
  const std::vector<std::vector<std::pair<std::string, std::string>>> environments{
      {{"FAL_KEY", kId + kSecret}},     {{"FAL_KEY", kKey + "\n"}},   {{"FAL_KEY", "Key " + kKey}},
      {{"FAL_KEY", kKey + "\xC3\xA9"}}, {{"FAL_KEY", ":" + kSecret}}, {{"FAL_KEY_ID", kId}},
      {{"FAL_KEY_SECRET", kSecret}}};
  for (const auto& variables : environments) {
    User user;
    for (const auto& variable : variables) user.with(variable.first, variable.second);
    for (const char* form : {"--json", "--log-format=json"}) {
      const Outcome outcome = user.run(run_arguments(user, {"-vv", form}));
      CAPTURE(outcome.err);
      CHECK(outcome.exit == 5);
      check_nothing_kept(user, outcome);
    }
  }
}
