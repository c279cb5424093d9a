// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/wait.hpp"

#include <thread>

#include "fal/queue/queue.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

/// Answers the given bodies in order, the last one for ever.
void answer_polls_in_turn(Bench& bench, std::vector<std::string> answers) {
  bench.server.otherwise([answers = std::move(answers), next = std::make_shared<std::atomic<std::size_t>>(0)](
                             const SeenRequest&) { return answers[std::min((*next)++, answers.size() - 1)]; });
}

std::string status(const std::string& word, const std::string& more = "") {
  return answer(word == "COMPLETED" ? 200 : 202, R"({"status":")" + word + "\"" + more + "}");
}

QueueStatus poll_until_done(Bench& bench) {
  return wait_for_completion(bench.session, bench.request, bench.context);
}

Error wait_error(Bench& bench) {
  return thrown_by([&] { static_cast<void>(poll_until_done(bench)); });
}

}  // namespace

TEST_CASE("a status is asked for with logs and the key, at the derived address") {
  Bench bench;
  answer_polls_in_turn(bench, {status("IN_QUEUE", R"(,"queue_position":3)")});
  CHECK(request_status(bench.session, bench.request, bench.context).queue_position == 3);
  const SeenRequest seen = bench.server.requests().at(0);
  CHECK(seen.target == "/fal-ai/sync-lipsync/requests/id-1/status?logs=1");
  CHECK(seen.header("authorization") == "Key " + std::string(kKey));
}

TEST_CASE("the service's own status URL is followed, a foreign one from a saved job is not") {
  Bench bench;
  answer_polls_in_turn(bench, {status("IN_QUEUE")});
  bench.request.status_url = bench.server.url("/own/status?x=y");
  static_cast<void>(request_status(bench.session, bench.request, bench.context));
  CHECK(bench.server.requests().at(0).target == "/own/status?x=y&logs=1");
  bench.request.status_url = "https://evil.example/status";
  static_cast<void>(request_status(bench.session, bench.request, bench.context));
  CHECK(bench.server.requests().at(1).target == "/fal-ai/sync-lipsync/requests/id-1/status?logs=1");
  CHECK(bench.notebook.messages("foreign_url").size() == 1);
}

TEST_CASE("waiting polls at growing intervals and goes back to short ones when the state changes") {
  Bench bench;
  answer_polls_in_turn(bench, {status("IN_QUEUE"), status("IN_QUEUE"), status("IN_QUEUE"), status("IN_PROGRESS"),
                               status("IN_QUEUE"), status("IN_PROGRESS"), status("COMPLETED")});
  const QueueStatus last = poll_until_done(bench);
  CHECK(last.state == QueueStatus::State::completed);
  CHECK(bench.clock.sleeps() == std::vector{500ms, 626ms, 783ms, 500ms, 500ms, 500ms});
  CHECK(bench.notebook.messages("service_state") ==
        std::vector<std::string>{"IN_QUEUE", "IN_PROGRESS", "IN_QUEUE", "IN_PROGRESS", "COMPLETED"});
}

TEST_CASE("the intervals never grow beyond their maximum") {
  Bench bench;
  std::vector<std::string> answers(40, status("IN_PROGRESS"));
  answers.push_back(status("COMPLETED"));
  answer_polls_in_turn(bench, answers);
  static_cast<void>(poll_until_done(bench));
  for (const auto sleep : bench.clock.sleeps()) CHECK(sleep <= bench.options.poll_interval_max);
  CHECK(bench.clock.sleeps().back() == bench.options.poll_interval_max);
}

TEST_CASE("each log line and each queue position is reported once") {
  Bench bench;
  const std::string a = R"({"timestamp":"1","level":"INFO","message":"a"})";
  const std::string b = R"({"timestamp":"2","level":"INFO","message":"b"})";
  const std::string c = R"({"timestamp":"3","message":"c"})";
  answer_polls_in_turn(bench, {status("IN_QUEUE", R"(,"queue_position":2,"logs":null)"),
                               status("IN_QUEUE", R"(,"queue_position":2,"logs":[)" + a + "]"),
                               status("IN_QUEUE", R"(,"queue_position":1,"logs":[)" + a + "," + b + "]"),
                               status("IN_PROGRESS", R"(,"logs":[)" + b + "," + c + "," + a + "]"),
                               status("COMPLETED", R"(,"logs":[)" + c + R"(],"metrics":{"inference_time":3.5})")});
  CHECK(poll_until_done(bench).inference_s == 3.5);
  CHECK(bench.notebook.messages("service_log") == std::vector<std::string>{"INFO: a", "INFO: b", "c"});
  CHECK(bench.notebook.messages("queue_position").size() == 2);
}

TEST_CASE("log lines lose keys and signatures before they are shown") {
  Bench bench;
  answer_polls_in_turn(bench,
                       {status("COMPLETED", R"(,"logs":[{"message":"got https://h/x?sig=1 with test-key-secret"}])")});
  static_cast<void>(poll_until_done(bench));
  CHECK(bench.notebook.messages("service_log") == std::vector<std::string>{"got https://h/x?… with ***"});
}

TEST_CASE("the memory of log lines is bounded") {
  LogDedupe dedupe;
  for (int i = 0; i < 6000; ++i) CHECK(dedupe.is_new({std::to_string(i), "", "m"}));
  CHECK_FALSE(dedupe.is_new({"5999", "", "m"}));
  CHECK(dedupe.is_new({"0", "", "m"}));
}

TEST_CASE("an unknown status word is told once and waited through") {
  Bench bench;
  answer_polls_in_turn(bench, {status("PAUSED"), status("PAUSED"), answer(200, "{}"), status("COMPLETED")});
  CHECK(poll_until_done(bench).state == QueueStatus::State::completed);
  REQUIRE_FALSE(bench.notebook.messages("unknown_status").empty());
  CHECK(contains(bench.notebook.messages("unknown_status")[0], "PAUSED"));
  CHECK(bench.notebook.messages("unknown_status").size() == 1);
}

TEST_CASE("faults in the middle are waited out") {
  Bench bench;
  answer_polls_in_turn(
      bench, {status("IN_QUEUE"), answer(502, "<html></html>", "text/html"), answer(429, "", "", "Retry-After: 3\r\n"),
              status("IN_PROGRESS"), answer(200, "<html>login</html>", "text/html"), status("COMPLETED")});
  CHECK(poll_until_done(bench).state == QueueStatus::State::completed);
  CHECK(bench.server.requests().size() == 6);
  CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{500ms, 500ms, 3000ms, 500ms, 500ms});
}

TEST_CASE("a status that never makes sense is a network error that keeps the id") {
  Bench bench;
  answer_polls_in_turn(bench, {answer(200, "<html></html>", "text/html")});
  const Error error = wait_error(bench);
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(error.request_id() == "id-1");
}

TEST_CASE("a job that fails says why, with the id") {
  Bench bench;
  answer_polls_in_turn(bench,
                       {status("COMPLETED", R"(,"error":"Runner disconnected","error_type":"runner_disconnected")")});
  const Error error = wait_error(bench);
  CHECK(error.code() == ErrorCode::refused);
  CHECK(error.request_id() == "id-1");
  REQUIRE(error.problems().size() == 1);
  CHECK(error.problems()[0].type == "runner_disconnected");
  CHECK(contains(error.what(), "Runner disconnected"));
  CHECK_FALSE(error.hint().empty());
}

TEST_CASE("an account that runs dry in the middle keeps the id") {
  Bench bench;
  answer_polls_in_turn(
      bench, {status("IN_PROGRESS"), answer(403, R"({"detail":"User is locked. Reason: Exhausted balance."})")});
  const Error error = wait_error(bench);
  CHECK(error.code() == ErrorCode::balance);
  CHECK(error.request_id() == "id-1");
}

TEST_CASE("an id that the service does not know under this key has not failed") {
  Bench bench;
  answer_polls_in_turn(bench, {answer(404, R"({"status":"NOT_FOUND"})")});
  const Error error = wait_error(bench);
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.request_id() == "id-1");
  CHECK(contains(error.hint(), "account"));
}

TEST_CASE("waiting ends after its maximum, keeping the id and saying how to go on") {
  Bench bench;
  bench.options.max_wait = 10s;
  answer_polls_in_turn(bench, {status("IN_QUEUE")});
  const Error error = wait_error(bench);
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(error.request_id() == "id-1");
  CHECK(contains(error.hint(), "react1 result id-1"));
  std::chrono::milliseconds slept{0};
  for (const auto sleep : bench.clock.sleeps()) slept += sleep;
  CHECK(slept == 10s);
}

TEST_CASE("a stop between two polls ends the wait") {
  Bench bench;
  answer_polls_in_turn(bench, {status("IN_QUEUE")});
  bench.clock.on_sleep = [&bench] { bench.stop.request_stop(); };
  CHECK(wait_error(bench).code() == ErrorCode::interrupted);
  CHECK(bench.server.requests().size() == 1);
}
