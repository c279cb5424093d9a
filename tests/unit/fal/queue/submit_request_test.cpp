// SPDX-License-Identifier: Apache-2.0
// The paid call: how often it is sent, whatever happens to it.
#include <thread>

#include "fal/protocol/wire.hpp"
#include "fal/queue/queue.hpp"
#include "fal/queue/submit_rule.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kAccepted = R"({"request_id":"r-1","status":"IN_QUEUE"})";

RequestRef submit(Bench& bench) {
  return submit_request(bench.session, {.emotion = Emotion::happy, .temperature = 0.25}, "https://x/v.mp4",
                        "https://x/a.mp3", bench.context);
}

Error submit_error(Bench& bench) {
  return thrown_by([&] { static_cast<void>(submit(bench)); });
}

std::size_t submits(const Bench& bench) {
  return bench.server.count("POST", "/fal-ai/sync-lipsync/react-1");
}

}  // namespace

TEST_CASE("a submit carries the key, JSON and all six fields, and gives the request with its URLs") {
  Bench bench;
  bench.server.otherwise([&bench](const SeenRequest&) {
    return answer(200, R"({"request_id":"r-1","status_url":")" + bench.server.url("/s") + "\"}");
  });
  const RequestRef request = submit(bench);
  CHECK(request.request_id == "r-1");
  CHECK(request.status_url == bench.server.url("/s"));
  CHECK(request.response_url == bench.server.url("/fal-ai/sync-lipsync/requests/r-1"));
  CHECK(request.cancel_url == bench.server.url("/fal-ai/sync-lipsync/requests/r-1/cancel"));
  const SeenRequest seen = bench.server.requests().at(0);
  CHECK(seen.target == "/fal-ai/sync-lipsync/react-1");
  CHECK(seen.header("authorization") == "Key " + std::string(kKey));
  CHECK(seen.header("content-type") == "application/json");
  CHECK(seen.header("accept") == "application/json");
  CHECK(Json::parse(seen.body).size() == 6);
  CHECK(Json::parse(seen.body)["emotion"] == "happy");
  CHECK(bench.notebook.notes.empty());
}

TEST_CASE("any 2xx with a request id is accepted") {
  for (const int status : {200, 201, 202}) {
    Bench bench;
    bench.server.otherwise([status](const SeenRequest&) { return answer(status, kAccepted); });
    CHECK(submit(bench).request_id == "r-1");
  }
}

TEST_CASE("URLs on a foreign host are replaced, and a note says so") {
  Bench bench;
  bench.server.otherwise([](const SeenRequest&) {
    return answer(
        200, R"({"request_id":"r-1","status_url":"https://evil.example/steal","response_url":"http://192.0.2.1/"})");
  });
  const RequestRef request = submit(bench);
  CHECK(request.status_url == bench.server.url("/fal-ai/sync-lipsync/requests/r-1/status"));
  CHECK(request.response_url == bench.server.url("/fal-ai/sync-lipsync/requests/r-1"));
  CHECK(bench.notebook.messages("foreign_url").size() == 1);
}

TEST_CASE("after bytes were sent nothing is sent again: the outcome is unknown") {
  Bench bench;
  bench.options.stall_timeout = 300ms;
  SUBCASE("reset after the request") {
    bench.server.script({step::read_request(), step::reset()});
  }
  SUBCASE("reset before anything was read") {
    bench.server.script({step::await_bytes(), step::reset()});
  }
  SUBCASE("closed without an answer") {
    bench.server.script({step::read_request()});
  }
  SUBCASE("half a header") {
    bench.server.script({step::read_request(), step::send("HTTP/1.1 200 O")});
  }
  SUBCASE("half a body") {
    bench.server.script(
        {step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"request_id\":\"r-")});
  }
  SUBCASE("half a body, then a reset") {
    bench.server.script(
        {step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"re"), step::reset()});
  }
  SUBCASE("silence") {
    bench.server.script({step::read_request(), step::stay_silent()});
  }
  SUBCASE("an answer of a gigabyte") {
    bench.options.max_answer_bytes = 100'000;
    bench.server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                         step::flood(std::string(1U << 20U, ' '), std::int64_t{1} << 30)});
  }
  SUBCASE("not HTTP") {
    bench.server.script({step::read_request(), step::send("nonsense\r\n\r\n")});
  }
  SUBCASE("a 200 without a request id") {
    bench.server.script({step::read_request(), step::send(answer(200, "{}"))});
  }
  SUBCASE("a 200 that is a web page") {
    bench.server.script({step::read_request(), step::send(answer(200, "<html></html>", "text/html"))});
  }
  SUBCASE("a 200 of broken JSON") {
    bench.server.script({step::read_request(), step::send(answer(200, R"({"request_id": "r-1)"))});
  }
  SUBCASE("an empty 204") {
    bench.server.script({step::read_request(), step::send("HTTP/1.1 204 No Content\r\n\r\n")});
  }
  SUBCASE("500 with fal's own JSON") {
    bench.server.script(
        {step::read_request(), step::send(answer(500, R"({"detail":"x","error_type":"internal_error"})"))});
  }
  SUBCASE("502 from a proxy") {
    bench.server.script({step::read_request(), step::send(answer(502, "<title>502 Bad Gateway</title>", "text/html"))});
  }
  SUBCASE("503 from a proxy") {
    bench.server.script({step::read_request(), step::send(answer(503, "<title>503</title>", "text/html"))});
  }
  SUBCASE("504") {
    bench.server.script({step::read_request(), step::send(answer(504, R"({"detail":"timeout"})"))});
  }
  SUBCASE("408") {
    bench.server.script({step::read_request(), step::send(answer(408, ""))});
  }
  // Whoever tried again would be served well and pay twice.
  bench.server.otherwise([](const SeenRequest&) { return answer(200, kAccepted); });
  const Error error = submit_error(bench);
  CHECK(error.code() == ErrorCode::outcome_unknown);
  CHECK(exit_code(error.code()) == 8);
  CHECK_FALSE(error.retryable());
  CHECK(contains(error.hint(), "nothing is sent again"));
  CHECK(bench.server.connections() == 1);
  CHECK(submits(bench) <= 1);
  CHECK(bench.clock.sleeps().empty());
}

TEST_CASE("a lost answer that named the request in its header says how to find it") {
  Bench bench;
  bench.server.script({step::read_request(),
                       step::send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\nx-fal-request-id: r-77\r\n\r\n{\"re")});
  const Error error = submit_error(bench);
  CHECK(error.code() == ErrorCode::outcome_unknown);
  CHECK(contains(error.hint(), "react1 status r-77"));
}

TEST_CASE("a dead keep-alive connection does not make curl pay twice") {
  Bench bench;
  // A status poll leaves a connection behind that dies as soon as something more comes in on it.
  bench.server.script(
      {step::read_request(), step::send(answer(200, R"({"status":"IN_QUEUE"})")), step::read_request(), step::reset()});
  bench.server.script({step::read_request(), step::reset()});
  bench.server.otherwise([](const SeenRequest&) { return answer(200, kAccepted); });
  static_cast<void>(request_status(bench.session, bench.request, bench.context));
  CHECK(submit_error(bench).code() == ErrorCode::outcome_unknown);
  CHECK(submits(bench) == 1);
}

TEST_CASE("when no connection comes about, the submit is tried again and then is a network error") {
  Bench bench;
  {
    const RawServer gone;
    bench.options.queue_url = gone.url();
  }
  http::CurlTransport transport("react1/test");
  const Session session(bench.options, transport, bench.clock, [] { return 1.0; });
  const Error error = thrown_by([&] { static_cast<void>(submit_request(session, {}, "v", "a", bench.context)); });
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(bench.clock.sleeps() == std::vector{500ms, 1000ms});
}

TEST_CASE("definite refusals that pass are waited out, as long as the service asks") {
  Bench bench;
  bench.server.script({step::read_request(),
                       step::send(answer(429, R"({"detail":"slow"})", "application/json", "Retry-After: 7\r\n"))});
  bench.server.script(
      {step::read_request(), step::send(answer(503, R"({"detail":"x","error_type":"runner_scheduling_failure"})"))});
  bench.server.otherwise([](const SeenRequest&) { return answer(200, kAccepted); });
  CHECK(submit(bench).request_id == "r-1");
  CHECK(submits(bench) == 3);
  CHECK(bench.clock.sleeps() == std::vector<std::chrono::milliseconds>{7000ms, 1000ms});
}

TEST_CASE("a service that keeps refusing is given up after the attempts") {
  Bench bench;
  bench.server.otherwise([](const SeenRequest&) { return answer(429, R"({"detail":"slow"})"); });
  const Error error = submit_error(bench);
  CHECK(error.code() == ErrorCode::network);
  CHECK(error.retryable());
  CHECK(submits(bench) == 3);
}

TEST_CASE("refusals that stay are typed and not repeated") {
  struct Case {
    int status;
    const char* body;
    ErrorCode code;
  };
  for (const Case& c :
       {Case{401, R"({"detail":"invalid key credentials"})", ErrorCode::auth},
        Case{403, R"({"detail":"User is locked. Reason: Exhausted balance."})", ErrorCode::balance},
        Case{403, R"({"detail":"no"})", ErrorCode::auth},
        Case{404, R"({"detail":"Application \"x\" not found"})", ErrorCode::refused},
        Case{405, R"({"detail":"Method Not Allowed"})", ErrorCode::refused},
        Case{400, R"({"detail":"bad","error_type":"bad_request"})", ErrorCode::refused},
        Case{422, R"({"detail":[{"loc":["body","emotion"],"type":"literal_error","msg":"m"}]})", ErrorCode::refused}}) {
    CAPTURE(c.status);
    Bench bench;
    bench.server.otherwise([&c](const SeenRequest&) {
      return answer(c.status, c.body, "application/json", "Location: http://127.0.0.1:1/\r\n");
    });
    CHECK(to_string(submit_error(bench).code()) == to_string(c.code));
    CHECK(submits(bench) == 1);
    CHECK(bench.server.requests().size() == 1);
  }
}

TEST_CASE("a temperature that is none is refused before anything is sent") {
  Bench bench;
  CHECK(thrown_by([&] {
          static_cast<void>(submit_request(bench.session, {.temperature = 2}, "v", "a", bench.context));
        }).code() == ErrorCode::usage);
  CHECK(bench.server.connections() == 0);
}

TEST_CASE("a stop before the submit sends nothing, and a stop in its middle says that the outcome is open") {
  Gate gate;
  Bench bench;
  SUBCASE("before") {
    bench.stop.request_stop();
    CHECK(submit_error(bench).code() == ErrorCode::interrupted);
    CHECK(bench.server.connections() == 0);
  }
  SUBCASE("in the middle") {
    bench.server.script({step::read_request(), step::wait_for(gate)});
    std::thread stopper([&] {
      gate.wait_until_reached();
      bench.stop.request_stop();
    });
    const Error error = submit_error(bench);
    stopper.join();
    CHECK(error.code() == ErrorCode::interrupted);
    CHECK_FALSE(error.retryable());
    CHECK(contains(error.message(), "not known"));
  }
}

TEST_CASE("the rule by itself: only what cannot have been accepted may be sent again") {
  const Secret key{std::string(kKey)};
  using Kind = http::TransportFailure::Kind;
  const auto failed = [&](Kind kind, bool received) {
    http::TransportFailure failure;
    failure.kind = kind;
    failure.request_may_have_been_received = received;
    return judge_submit(failure, key);
  };
  for (const Kind kind : {Kind::resolve, Kind::connect, Kind::tls, Kind::timeout_connect})
    CHECK(failed(kind, false) == SubmitVerdict::not_received);
  for (const Kind kind : {Kind::connect, Kind::tls, Kind::stalled, Kind::reset, Kind::truncated_body, Kind::too_large,
                          Kind::protocol, Kind::timeout_total, Kind::local_write})
    CHECK(failed(kind, true) == SubmitVerdict::unknown);
  CHECK(failed(Kind::certificate, false) == SubmitVerdict::refused);
  CHECK(failed(Kind::interrupted, true) == SubmitVerdict::stopped);
}
