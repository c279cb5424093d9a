// SPDX-License-Identifier: Apache-2.0
// Waiting on the status stream, and what happens when it isn't what it should be.
#include "fal/queue/wait.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kStream = "/fal-ai/sync-lipsync/requests/id-1/status/stream?logs=1";
constexpr const char* kStatus = "/fal-ai/sync-lipsync/requests/id-1/status?logs=1";
const std::string kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

std::string event(const std::string& word, const std::string& more = "") {
  return R"(data: {"status":")" + word + "\"" + more + "}\n\n";
}

std::string poll_answer(const std::string& word, const std::string& more = "") {
  return answer(word == "COMPLETED" ? 200 : 202, R"({"status":")" + word + "\"" + more + "}", "application/json",
                "Connection: close\r\n");
}

Script streams(std::string events) {
  return {step::read_request(), step::send(kStreamHead + std::move(events))};
}

Script streams_then(std::string events, Step last) {
  Script script = streams(std::move(events));
  script.push_back(std::move(last));
  return script;
}

Script polls(const std::string& word, const std::string& more = "") {
  return {step::read_request(), step::send(poll_answer(word, more))};
}

/// Does something when it is told a note of that code.
class Attentive final : public Observer {
 public:
  Attentive(std::string code, std::function<void()> action) : code_(std::move(code)), action_(std::move(action)) {}
  void on_note(const Note& note) override {
    notebook_.on_note(note);
    if (note.code == code_) action_();
  }
  [[nodiscard]] std::vector<std::string> messages(std::string_view code) const { return notebook_.messages(code); }

 private:
  std::string code_;
  std::function<void()> action_;
  Notebook notebook_;
};

QueueStatus wait_on_stream(Bench& bench) {
  return wait_for_completion(bench.session, bench.request, bench.context);
}

/// What was asked for, in order: 's' a stream, 'p' a poll, 'c' a cancel.
std::string asked(const Bench& bench) {
  std::string order;
  for (const SeenRequest& seen : bench.server.requests())
    order += seen.method == "PUT" ? 'c' : seen.target == kStream ? 's' : seen.target == kStatus ? 'p' : '?';
  return order;
}

}  // namespace

TEST_CASE("a whole job on one stream: one request, every change and every log line once") {
  Bench bench;
  bench.server.script(
      streams(event("IN_QUEUE", R"(,"queue_position":1,"logs":[])") + ": ping\n\n" + event("IN_PROGRESS") +
              event("IN_QUEUE") + event("IN_PROGRESS", R"(,"logs":[{"timestamp":"1","message":"a"}])") +
              event("IN_PROGRESS", R"(,"logs":[{"timestamp":"1","message":"a"},{"timestamp":"2","message":"b"}])") +
              event("COMPLETED", R"(,"logs":[],"metrics":{"inference_time":2.5})")));
  const QueueStatus last = wait_on_stream(bench);
  CHECK(last.state == QueueStatus::State::completed);
  CHECK(last.inference_s == 2.5);
  CHECK(asked(bench) == "s");
  CHECK(bench.clock.sleeps().empty());
  CHECK(bench.notebook.messages("service_state") ==
        std::vector<std::string>{"IN_QUEUE", "IN_PROGRESS", "IN_QUEUE", "IN_PROGRESS", "COMPLETED"});
  CHECK(bench.notebook.messages("service_log") == std::vector<std::string>{"a", "b"});
  const SeenRequest seen = bench.server.requests().at(0);
  CHECK(seen.header("authorization") == "Key " + std::string(kKey));
  CHECK(seen.header("accept").starts_with("text/event-stream"));
}

TEST_CASE("the end is seen when it comes, although the connection stays open") {
  Bench bench;
  bench.server.script(streams_then(event("COMPLETED"), step::stay_silent()));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
}

TEST_CASE("the stream of a status URL with a query keeps it") {
  Bench bench;
  bench.request.status_url = bench.server.url("/own/status/?x=y");
  bench.server.script(streams(event("COMPLETED")));
  static_cast<void>(wait_on_stream(bench));
  CHECK(bench.server.requests().at(0).target == "/own/status/stream?x=y&logs=1");
}

TEST_CASE("unknown words, foreign events and what is no JSON are survived on the stream") {
  Bench bench;
  bench.server.script(streams(event("PAUSED") +
                              "data: nonsense\n\ndata: {}\n\ndata: [1]\n\nevent: x\ndata: {\"a\":1}\n\n" +
                              event("COMPLETED")));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(bench.notebook.messages("unknown_status").size() == 1);
  CHECK(asked(bench) == "s");
}

TEST_CASE("a job that fails on the stream says why, with the id") {
  Bench bench;
  bench.server.script(
      streams(event("COMPLETED", R"(,"error":"Runner disconnected","error_type":"runner_disconnected")")));
  const Error error = thrown_by([&] { static_cast<void>(wait_on_stream(bench)); });
  CHECK(error.code() == ErrorCode::refused);
  CHECK(error.request_id() == "id-1");
  CHECK(error.problems().at(0).type == "runner_disconnected");
}

TEST_CASE("a stream that is refused leads to polling, and is not asked for again") {
  for (const int status : {404, 405, 406, 301}) {
    CAPTURE(status);
    Bench bench;
    bench.server.otherwise([status](const SeenRequest& seen) {
      return seen.target == kStream ? answer(status, "") : poll_answer("IN_PROGRESS");
    });
    bench.clock.on_sleep = [&] {
      if (bench.clock.sleeps().size() == 3)
        bench.server.otherwise([](const SeenRequest&) { return poll_answer("COMPLETED"); });
    };
    CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
    CHECK(asked(bench) == "spppp");
  }
}

TEST_CASE("a stream that breaks is opened once more, after one poll, and the second break leads to polling") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    Bench bench;
    const Step end = reset ? step::reset() : step::half_close();
    bench.server.script(streams_then(event("IN_QUEUE"), end));
    bench.server.script(polls("IN_QUEUE"));
    bench.server.script(streams_then(event("IN_PROGRESS"), end));
    bench.server.script(polls("IN_PROGRESS"));
    bench.server.script(polls("COMPLETED"));
    CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
    CHECK(asked(bench) == "spspp");
    CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{500ms});
    CHECK(bench.notebook.messages("service_state") == std::vector<std::string>{"IN_QUEUE", "IN_PROGRESS", "COMPLETED"});
  }
}

TEST_CASE("what completed while the stream was broken is seen at once") {
  Bench bench;
  bench.server.script(streams(event("IN_PROGRESS")));
  bench.server.script(polls("COMPLETED"));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "sp");
  CHECK(bench.clock.sleeps().empty());
}

TEST_CASE("a service that is busy with streams is asked for one once more") {
  Bench bench;
  bench.server.script({step::read_request(), step::send(answer(503, ""))});
  bench.server.script(polls("IN_QUEUE"));
  bench.server.script(streams(event("COMPLETED")));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "sps");
}

TEST_CASE("a silent stream is checked by one poll and opened again when that knows no more") {
  Bench bench;
  bench.options.stream_silence = 300ms;
  bench.server.script(streams_then(event("IN_QUEUE"), step::stay_silent()));
  bench.server.script(polls("IN_QUEUE"));
  bench.server.script(streams_then(event("IN_QUEUE"), step::stay_silent()));
  bench.server.script(polls("IN_QUEUE"));
  bench.server.script(streams(event("COMPLETED")));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "spsps");
}

TEST_CASE("a stream that keeps news back is not trusted again") {
  Bench bench;
  bench.options.stream_silence = 300ms;
  bench.server.script(streams_then(event("IN_QUEUE"), step::stay_silent()));
  bench.server.script(polls("IN_PROGRESS"));
  bench.server.script(polls("COMPLETED"));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "spp");
}

TEST_CASE("signs of life alone are no news: the stream is checked") {
  Gate seen;
  Bench bench;
  Attentive observer("service_state", [&seen] { seen.open(); });
  bench.context.observer = &observer;
  bench.options.stream_silence = 10s;
  bench.server.script({step::read_request(), step::send(kStreamHead + event("IN_QUEUE")), step::wait_for(seen),
                       [&bench](Connection& connection) {
                         static_cast<void>(bench.clock.sleep_for(11s, {}));
                         return connection.send(": ping\n\n");
                       },
                       step::stay_silent()});
  bench.server.script(polls("COMPLETED"));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "sp");
}

TEST_CASE("an account that runs dry while the stream is open keeps the id") {
  Bench bench;
  bench.server.script(streams(event("IN_PROGRESS")));
  bench.server.script(
      {step::read_request(), step::send(answer(403, R"({"detail":"User is locked. Reason: Exhausted balance."})"))});
  const Error error = thrown_by([&] { static_cast<void>(wait_on_stream(bench)); });
  CHECK(error.code() == ErrorCode::balance);
  CHECK(error.request_id() == "id-1");
}

TEST_CASE("a limit on the queue ends a wait on the stream, as its policy says") {
  Bench bench;
  bench.options.max_queue_wait = 10s;
  // The limit passes while the second event is taken in.
  Attentive observer("service_log", [&bench] { static_cast<void>(bench.clock.sleep_for(11s, {})); });
  bench.context.observer = &observer;
  const Script too_long =
      streams_then(event("IN_QUEUE") + event("IN_QUEUE", R"(,"logs":[{"message":"still here"}])"), step::stay_silent());
  SUBCASE("detach: it goes on at the service") {
    bench.server.script(too_long);
    const Error error = thrown_by([&] { static_cast<void>(wait_on_stream(bench)); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.retryable());
    CHECK(error.request_id() == "id-1");
    CHECK(contains(error.message(), "still in the queue after 10 s"));
    CHECK(contains(error.hint(), "react1 result id-1"));
    CHECK(asked(bench) == "s");
  }
  SUBCASE("keep waiting: it is said once") {
    bench.options.on_max_queue_wait = WaitPolicy::keep_waiting;
    bench.server.script(too_long);
    bench.server.script(polls("IN_QUEUE"));
    bench.server.script(streams(event("IN_QUEUE") + event("COMPLETED")));
    CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
    CHECK(observer.messages("long_wait").size() == 1);
  }
  SUBCASE("cancel: the service is asked to, and the id is kept") {
    bench.options.on_max_queue_wait = WaitPolicy::cancel;
    bench.server.script(too_long);
    bench.server.script({step::read_request(), step::send(answer(502, ""))});
    bench.server.script({step::read_request(), step::send(answer(202, R"({"status":"CANCELLATION_REQUESTED"})"))});
    const Error error = thrown_by([&] { static_cast<void>(wait_on_stream(bench)); });
    CHECK(error.code() == ErrorCode::network);
    CHECK_FALSE(error.retryable());
    CHECK(error.request_id() == "id-1");
    CHECK(contains(error.message(), "cancelled"));
    CHECK(asked(bench) == "scc");
  }
  SUBCASE("cancel, but it has completed meanwhile: it is brought home") {
    bench.options.on_max_queue_wait = WaitPolicy::cancel;
    bench.server.script(too_long);
    bench.server.script({step::read_request(), step::send(answer(400, R"({"status":"ALREADY_COMPLETED"})"))});
    bench.server.script(polls("COMPLETED"));
    CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
    CHECK(asked(bench) == "scp");
  }
  SUBCASE("cancel that fails: the id is kept and the words say so") {
    bench.options.on_max_queue_wait = WaitPolicy::cancel;
    bench.server.script(too_long);
    bench.server.otherwise([](const SeenRequest&) { return answer(500, ""); });
    const Error error = thrown_by([&] { static_cast<void>(wait_on_stream(bench)); });
    CHECK(error.request_id() == "id-1");
    CHECK(contains(error.message(), "cancelling it failed too"));
    CHECK(asked(bench) == "sccc");
  }
}

TEST_CASE("an open stream without a byte ends at the limit of the whole wait") {
  Bench bench;
  bench.options.max_wait = 400ms;
  fal::Session session(bench.options, bench.transport, system_clock(), [] { return 1.0; });
  bench.server.script(streams_then(event("IN_PROGRESS"), step::stay_silent()));
  const Error error = thrown_by([&] { static_cast<void>(wait_for_completion(session, bench.request, bench.context)); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(contains(error.message(), "not completed within 400 ms"));
  CHECK(contains(error.detail(), "IN_PROGRESS"));
}

TEST_CASE("without status_stream there is none") {
  Bench bench;
  bench.options.status_stream = false;
  bench.server.script(polls("IN_QUEUE"));
  bench.server.script(polls("COMPLETED"));
  CHECK(wait_on_stream(bench).state == QueueStatus::State::completed);
  CHECK(asked(bench) == "pp");
}
