// SPDX-License-Identifier: Apache-2.0
// Fault scripts: reading them, deciding, and what a client sees of each.
#include "sandbox/faults/faults.hpp"

#include <curl/curl.h>
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include <react1/error.hpp>

#include "core/atomic_file.hpp"
#include "sandbox/clips/clip_length.hpp"
#include "support/paths.hpp"
#include "unit/sandbox/service_fixture.hpp"

using namespace react1;
using sandbox::FaultBook;
using sandbox::parse_fault_script;
using sandbox::Route;
using test::json_of;
using test::SandboxClient;

namespace {

SandboxOptions scripted(std::string faults, bool render = false) {
  return {.queue_time = std::chrono::milliseconds{0}, .render = render, .faults = std::move(faults)};
}

/// A script of one fault.
SandboxOptions one_fault(const std::string& where, const std::string& what) {
  return scripted(R"({"faults":[{)" + where + R"(,"do":)" + what + "}]}");
}

Json nowhere() {
  return SandboxClient::input("http://127.0.0.1:9/v.mp4", "http://127.0.0.1:9/a.wav");
}

std::string problem_of(const std::string& script) {
  try {
    static_cast<void>(parse_fault_script(script, "faults.json"));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(error.where().find("faults.json") == 0);
    return error.detail() + error.message();
  }
  return "none";
}

struct Submitted : SandboxClient {
  explicit Submitted(SandboxOptions options) : SandboxClient(std::move(options)), ids(json_of(submit(nowhere()))) {}
  Json ids;
  [[nodiscard]] std::string url(const char* which) const { return ids[which].get<std::string>(); }
};

}  // namespace

TEST_CASE("a script's problems name the JSON path, what was found and what is allowed") {
  const auto action = [](const std::string& what) {
    return R"({"faults":[{"route":"status","do":{}},{"route":"submit","do":)" + what + "}]}";
  };
  CHECK(problem_of("{}").find("$.faults: missing") == 0);
  CHECK(problem_of("[]").find("$: found an array; allowed: an object") == 0);
  CHECK(problem_of(R"({"faults":[{"do":{}}]})").find("$.faults[0].route: missing") == 0);
  CHECK(problem_of(R"({"faults":[{"route":"submit"}]})").find("$.faults[0].do: missing") == 0);
  CHECK(problem_of(R"({"faults":[{"route":"sumbit","do":{}}]})").find("did you mean \"submit\"?") != std::string::npos);
  CHECK(problem_of(R"({"faults":[{"route":"submit","call":0,"do":{}}]})").find("$.faults[0].call: found 0") == 0);
  CHECK(problem_of(R"({"faults":[{"route":"submit","times":"never","do":{}}]})").find("\"always\"") !=
        std::string::npos);
  CHECK(problem_of(action(R"({"statsu":500})")).find("$.faults[1].do.statsu: unknown key") == 0);
  CHECK(problem_of(action(R"({"statsu":500})")).find("did you mean \"status\"?") != std::string::npos);
  CHECK(problem_of(action(R"({"status":"500"})")).find(R"(found "500"; allowed: a whole number from 200 to 599)") !=
        std::string::npos);
  CHECK(problem_of(action(R"({"reset":"during"})")).find(R"(allowed: "before", "after")") != std::string::npos);
  CHECK(problem_of(action(R"({"headers":{"A":"b\nc"}})")).find("without line breaks") != std::string::npos);
  CHECK(problem_of(action(R"({"headers":[]})")).find("an object of texts") != std::string::npos);
  CHECK(problem_of(action(R"({"drip":{"bytes":0}})")).find("$.faults[1].do.drip.bytes: found 0") == 0);
  CHECK(problem_of(action(R"({"cut_after":"third"})")).find("\"half\"") != std::string::npos);
  CHECK(problem_of(action(R"({"status":1,"delay_ms":-1})")).find("; $.faults[1].do.delay_ms") != std::string::npos);
  CHECK(problem_of("{").find("none") == std::string::npos);
  CHECK(problem_of("") == "none");
  CHECK(problem_of(R"({"comment":"nothing goes wrong","faults":[]})") == "none");
}

TEST_CASE("a sandbox with a broken script does not start") {
  CHECK_THROWS_AS(Sandbox({.faults = "{}"}), Error);
}

TEST_CASE("a fault counts the calls that it matches, and the first whose turn it is happens") {
  FaultBook book(parse_fault_script(R"({"faults":[
      {"route":"status","request":2,"call":2,"times":2,"do":{"status":500}},
      {"route":"status","call":3,"times":"always","do":{"status":503}},
      {"route":"upload","file":"audio","do":{"status":403}}]})",
                                    "faults"));
  const auto status_of = [&](Route route, std::uint64_t request, std::string_view file) {
    const auto action = book.decide(route, request, file);
    return action ? *action->status : 0;
  };
  CHECK(status_of(Route::status, 1, "") == 0);
  CHECK(status_of(Route::status, 2, "") == 0);    // its first call
  CHECK(status_of(Route::status, 2, "") == 500);  // its second; the third for the rule below
  CHECK(status_of(Route::status, 2, "") == 500);
  CHECK(status_of(Route::status, 2, "") == 503);
  CHECK(status_of(Route::status, 9, "") == 503);
  CHECK(status_of(Route::result, 2, "") == 0);
  CHECK(status_of(Route::upload, 0, "0/video.mp4") == 0);
  CHECK(status_of(Route::upload, 0, "1/audio.mp3") == 403);
  CHECK(status_of(Route::upload, 0, "1/audio.mp3") == 0);
}

TEST_CASE("a status with body and headers stands in for the answer, as often as it was said") {
  SandboxClient client(one_fault(R"("route":"submit","times":2)",
                                 R"({"status":429,"body":{"detail":"slow down"},"headers":{"Retry-After":"2"}})"));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.submit(nowhere());
    CHECK(answer.status == 429);
    CHECK(answer.header("retry-after") == "2");
    CHECK(answer.header("content-type") == "application/json");
    CHECK(json_of(answer)["detail"] == "slow down");
  }
  CHECK(client.sandbox.accepted_submits() == 0);
  CHECK(client.submit(nowhere()).status == 200);
  CHECK(client.sandbox.accepted_submits() == 1);
}

TEST_CASE("a reset before acceptance costs nothing, one after it was paid") {
  SandboxClient client(scripted(R"({"faults":[{"route":"submit","call":1,"do":{"reset":"before"}},
                                          {"route":"submit","call":2,"do":{"close":"before"}},
                                          {"route":"submit","call":3,"do":{"reset":"after"}},
                                          {"route":"submit","call":4,"do":{"close":"after"}}]})"));
  CHECK(client.submit(nowhere()).code == CURLE_RECV_ERROR);
  CHECK(client.submit(nowhere()).code == CURLE_GOT_NOTHING);
  CHECK(client.sandbox.accepted_submits() == 0);
  CHECK(client.submit(nowhere()).code == CURLE_RECV_ERROR);
  CHECK(client.submit(nowhere()).code == CURLE_GOT_NOTHING);
  CHECK(client.sandbox.accepted_submits() == 2);
  CHECK(client.submit(nowhere()).status == 200);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!client.sandbox.submits()[2].answer_delivered && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(client.sandbox.submits()[0].answer_delivered == false);
  CHECK(client.sandbox.submits()[1].answer_delivered == false);
  CHECK(client.sandbox.submits()[2].answer_delivered == true);
}

TEST_CASE("a submit's answer that is cut, and one whose length is wrong, are paid and not delivered") {
  SandboxClient client(scripted(R"({"faults":[{"route":"submit","call":1,"do":{"cut_after":"half"}},
                                          {"route":"submit","call":2,"do":{"content_length_add":7}}]})"));
  CHECK(client.submit(nowhere()).code == CURLE_PARTIAL_FILE);
  CHECK(client.submit(nowhere()).code == CURLE_PARTIAL_FILE);
  CHECK(client.sandbox.accepted_submits() == 2);
}

TEST_CASE("a request that was running waits again, and then runs to its end") {
  SandboxClient client(one_fault(R"("route":"submit")", R"({"requeue_after_ms":20})"));
  const auto ids = json_of(client.submit(nowhere()));
  const auto answer = client.call("GET", ids["status_url"].get<std::string>() + "/stream");
  CHECK(answer.body.find("COMPLETED") != std::string::npos);
  CHECK(client.sandbox.submits()[0].state == "done");
}

TEST_CASE("IN_PROGRESS goes back to IN_QUEUE where everybody can see it") {
  auto options = one_fault(R"("route":"submit")", R"({"requeue_after_ms":300})");
  options.queue_time = std::chrono::milliseconds{300};
  SandboxClient client(options);
  const auto ids = json_of(client.submit(nowhere()));
  const auto body = client.call("GET", ids["status_url"].get<std::string>() + "/stream").body;
  const auto running = body.find("IN_PROGRESS");
  REQUIRE(running != std::string::npos);
  CHECK(body.find("IN_QUEUE") < running);
  CHECK(body.find("IN_QUEUE", running) != std::string::npos);
  CHECK(body.find("COMPLETED", body.find("IN_QUEUE", running)) != std::string::npos);
}

TEST_CASE("a job can fail as infrastructure does") {
  Submitted client(
      one_fault(R"("route":"submit")",
                R"({"fail":{"status":503,"type":"runner_disconnected","message":"Runner disconnected"}})"));
  const auto status = client.wait(client.url("status_url"));
  CHECK(status["error"] == "Runner disconnected");
  CHECK(status["error_type"] == "runner_disconnected");
  const auto result = client.call("GET", client.url("response_url"));
  CHECK(result.status == 503);
  CHECK(result.header("x-fal-error-type") == "runner_disconnected");
  CHECK(client.sandbox.submits()[0].state == "failed");
}

TEST_CASE("windows of logs repeat, turn round and lose their beginning") {
  SandboxClient client(scripted(R"({"faults":[{"route":"status","call":2,"do":{"logs":"duplicate"}},
                                          {"route":"status","call":3,"do":{"logs":"out_of_order"}},
                                          {"route":"status","call":4,"do":{"logs":"lose"}}]})",
                                /*render=*/true));
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto ids = json_of(client.submit(SandboxClient::input(video, audio)));
  static_cast<void>(client.call("GET", ids["status_url"].get<std::string>() + "/stream"));  // until it is over
  const auto logs = [&] {
    return json_of(client.call("GET", ids["status_url"].get<std::string>() + "?logs=1"))["logs"];
  };
  const auto whole = logs();
  REQUIRE(whole.size() >= 4);
  const auto twice = logs();
  CHECK(twice.size() == 2 * whole.size());
  CHECK(twice[whole.size()] == whole[0]);
  CHECK(logs()[0] == whole.back());
  const auto tail = logs();
  CHECK(tail.size() == whole.size() / 2);
  CHECK(tail.back() == whole.back());
  CHECK(logs() == whole);
}

TEST_CASE("an answer can be patched: unknown words, missing fields, a wrong report") {
  Submitted client(scripted(R"({"faults":[
      {"route":"status","call":1,"do":{"merge":{"status":"PAUSED","metrics":null}}},
      {"route":"result","call":1,"do":{"merge":{"video":{"num_frames":26,"fps":null}}}}]})"));
  const auto odd = json_of(client.call("GET", client.url("status_url")));
  CHECK(odd["status"] == "PAUSED");
  CHECK_FALSE(odd.contains("metrics"));
  static_cast<void>(client.wait(client.url("status_url")));
  const auto wrong = json_of(client.call("GET", client.url("response_url")));
  CHECK(wrong["video"]["num_frames"] == 26);
  CHECK_FALSE(wrong["video"].contains("fps"));
  CHECK(json_of(client.call("GET", client.url("response_url")))["video"]["num_frames"] == 25);
}

TEST_CASE("media are truncated, cut off, drip, and expire") {
  Submitted client(scripted(R"({"faults":[{"route":"file","call":1,"do":{"keep":"half"}},
                                      {"route":"file","call":2,"do":{"cut_after":1000,"cut_by":"reset"}},
                                      {"route":"file","call":3,"do":{"drip":{"bytes":4096,"every_ms":20}}},
                                      {"route":"file","call":5,"do":{"expire":true}}]})"));
  static_cast<void>(client.wait(client.url("status_url")));
  const auto video = json_of(client.call("GET", client.url("response_url")))["video"];
  const auto size = video["file_size"].get<std::size_t>();
  const auto get = [&] { return test::get(video["url"].get<std::string>()); };
  const auto truncated = get();
  CHECK(truncated.status == 200);
  CHECK(truncated.body.size() == size / 2);
  const auto torn = get();
  CHECK(torn.code == CURLE_RECV_ERROR);
  CHECK(torn.body.size() == 1000);
  const auto dripped = get();
  const auto whole = get();
  CHECK(whole.body.size() == size);
  CHECK(dripped.body == whole.body);
  CHECK(get().status == 404);
  CHECK(get().status == 404);
}

TEST_CASE("huge answers are made on the fly") {
  Submitted client(scripted(R"({"faults":[{"route":"file","call":1,"do":{"huge":1000000000}},
                                      {"route":"result","call":1,"do":{"huge":50000000}}]})"));
  static_cast<void>(client.wait(client.url("status_url")));
  const auto huge = client.call("GET", client.url("response_url"));
  CHECK(huge.code == 0);
  CHECK(huge.status == 200);
  CHECK(huge.body.size() == 50'000'000);
  const auto video = json_of(client.call("GET", client.url("response_url")))["video"];
  const auto head = test::exchange({.method = "HEAD", .url = video["url"].get<std::string>()});
  CHECK(head.header("content-length") == "1000000000");
}

TEST_CASE("an upload is reset midway, and its signed URL expires") {
  SandboxClient client(scripted(R"({"faults":[{"route":"upload","call":1,"do":{"reset_upload_after":65536}},
                                          {"route":"upload","call":2,"do":{"expire":true}}]})"));
  const auto urls =
      json_of(client.call("POST", "/storage/upload/initiate", R"({"content_type":"a/b","file_name":"x.bin"})"));
  const auto put = [&] {
    return test::exchange({.method = "PUT",
                           .url = urls["upload_url"].get<std::string>(),
                           .headers = {"Expect:"},
                           .body = std::string(4 << 20, 'x')});
  };
  CHECK(put().code != 0);
  static_cast<void>(put());
  CHECK(test::get(urls["file_url"].get<std::string>()).status == 404);
  CHECK(put().status == 403);
}

TEST_CASE("a delay holds up the one answer only") {
  SandboxClient client(one_fault(R"("route":"status")", R"({"delay_ms":400})"));
  const auto ids = json_of(client.submit(nowhere()));
  const auto begin = std::chrono::steady_clock::now();
  static_cast<void>(client.call("GET", ids["status_url"].get<std::string>()));
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds{400});
}

TEST_CASE("a result can have wrong frames and a wrong rate, and says so in its own report") {
  SandboxClient client(scripted(R"({"faults":[{"route":"submit","call":1,"do":{"render":{"frames_add":-3}}},
                                          {"route":"submit","call":2,"do":{"render":{"fps":24}}}]})",
                                /*render=*/true));
  const auto video = client.upload(test::fixture("presenter_h264_25fps_6s.mp4"), "video/mp4");
  const auto audio = client.upload(test::fixture("voice_mono_48k_5s.wav"), "audio/wav");
  const auto decoded = [&](const Json& report) {
    const TemporaryDirectory folder;
    const auto path = folder.path() / "out.mp4";
    write_file_atomically(path, test::get(report["url"].get<std::string>()).body);
    return sandbox::decode_video_facts(path.string(), RunContext{});
  };
  const auto fewer = json_of(client.run(SandboxClient::input(video, audio)))["video"];
  CHECK(fewer["num_frames"] == 122);
  CHECK(decoded(fewer).frames == 122);
  const auto slower = json_of(client.run(SandboxClient::input(video, audio)))["video"];
  CHECK(slower["num_frames"] == 125);
  CHECK(slower["fps"] == 24.0);
  CHECK(decoded(slower).grid.fps == 24);
}
