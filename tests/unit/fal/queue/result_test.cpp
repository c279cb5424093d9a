// SPDX-License-Identifier: Apache-2.0
#include "fal/queue/queue.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;
using namespace std::chrono_literals;

namespace {

void answer_in_turn(Bench& bench, std::vector<std::string> answers) {
  bench.server.otherwise([answers = std::move(answers), next = std::make_shared<std::atomic<std::size_t>>(0)](
                             const SeenRequest&) { return answers[std::min((*next)++, answers.size() - 1)]; });
}

ResultVideo result(Bench& bench) {
  return request_result(bench.session, bench.request, bench.context);
}

Error result_error(Bench& bench) {
  return thrown_by([&] { static_cast<void>(result(bench)); });
}

const std::string kNotReady = answer(
    400,
    R"({"detail":"Request is still in progress","request_id":"id-1","status_url":"s","response_url":"r","cancel_url":"c"})");

}  // namespace

TEST_CASE("a result is fetched with the key and kept as it came") {
  Bench bench;
  const std::string body = R"({"video":{"url":"https://v3b.fal.media/files/b/1/output.mp4","fps":24.0},"seed":7})";
  answer_in_turn(bench, {answer(200, body)});
  const ResultVideo video = result(bench);
  CHECK(video.url == "https://v3b.fal.media/files/b/1/output.mp4");
  CHECK(video.raw_json == body);
  const SeenRequest seen = bench.server.requests().at(0);
  CHECK(seen.target == "/fal-ai/sync-lipsync/requests/id-1");
  CHECK(seen.header("authorization") == "Key " + std::string(kKey));
}

TEST_CASE("the key is not taken along to a response URL on a foreign host") {
  Bench bench;
  RawServer foreign;
  answer_in_turn(bench, {answer(200, R"({"video":{"url":"https://x/o.mp4"}})")});
  bench.request.response_url = foreign.url("/steal");
  static_cast<void>(result(bench));
  CHECK(foreign.connections() == 0);
  CHECK(bench.notebook.messages("foreign_url").size() == 1);
}

TEST_CASE("a result that is not ready is asked for again, for a while") {
  Bench bench;
  SUBCASE("and comes") {
    answer_in_turn(bench, {kNotReady, kNotReady, answer(200, R"({"video":{"url":"https://x/o.mp4"}})")});
    CHECK(result(bench).url == "https://x/o.mp4");
    CHECK(bench.clock.sleeps() == std::vector{500ms, 500ms});
  }
  SUBCASE("and does not come") {
    answer_in_turn(bench, {kNotReady});
    const Error error = result_error(bench);
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.retryable());
    CHECK(error.request_id() == "id-1");
    CHECK(bench.server.requests().size() == 3);
  }
}

TEST_CASE("a job that was refused by the model says so with all its problems") {
  Bench bench;
  answer_in_turn(
      bench,
      {answer(
          422,
          R"({"detail":[{"loc":["body","audio_url"],"msg":"too long","type":"audio_duration_too_long","ctx":{"max_duration":15.0,"provided_duration":15.05}},{"loc":["body","video_url"],"msg":"no face","type":"face_detection_error"}]})")});
  const Error error = result_error(bench);
  CHECK(error.code() == ErrorCode::refused);
  CHECK(error.request_id() == "id-1");
  CHECK(error.problems().size() == 2);
  CHECK(contains(error.hint(), "measures your audio as 15.05 s; the limit is 15 s"));
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("every other shape of a failed result ends in one error with the id") {
  struct Shape {
    int status;
    const char* body;
    ErrorCode code;
  };
  for (const Shape& shape : {
           Shape{422, R"({"detail":"text"})", ErrorCode::network},
           Shape{400, R"({"detail":"bad","error_type":"bad_request"})", ErrorCode::refused},
           Shape{404, R"({"status":"NOT_FOUND"})", ErrorCode::network},
           Shape{405, "", ErrorCode::network},
           Shape{401, R"({"detail":"invalid key credentials"})", ErrorCode::auth},
           Shape{403, R"({"detail":"User is locked. Reason: Exhausted balance."})", ErrorCode::balance},
           Shape{500, R"({"detail":[{"type":"internal_server_error","msg":"m","loc":["body"]}]})", ErrorCode::refused},
           Shape{504, R"({"detail":"Request timed out","error_type":"request_timeout"})", ErrorCode::refused},
           Shape{500, R"({"detail":"who knows"})", ErrorCode::network},
           Shape{502, "<html><title>502 Bad Gateway</title></html>", ErrorCode::network},
           Shape{503, "", ErrorCode::network},
           Shape{200, "<html>login</html>", ErrorCode::network},
           Shape{200, R"({"video": {"url")", ErrorCode::network},
           Shape{200, R"({"video":null})", ErrorCode::network},
           Shape{200, R"({"detail":"odd"})", ErrorCode::network},
           Shape{200, "", ErrorCode::network},
           Shape{200, R"({"video":{"url":"http://192.0.2.1/o.mp4"}})", ErrorCode::network},
           Shape{200, R"({"video":{"url":"file:///etc/passwd"}})", ErrorCode::network},
       }) {
    CAPTURE(shape.status);
    CAPTURE(std::string(shape.body));
    Bench bench;
    answer_in_turn(bench, {answer(shape.status, shape.body)});
    const Error error = result_error(bench);
    CHECK(to_string(error.code()) == to_string(shape.code));
    CHECK(error.request_id() == "id-1");
  }
}

TEST_CASE("an answer of a gigabyte in place of a result is stopped") {
  Bench bench;
  bench.server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                       step::flood(std::string(1U << 20U, 'x'), std::int64_t{1} << 30)});
  const Error error = result_error(bench);
  CHECK(error.code() == ErrorCode::network);
  CHECK_FALSE(error.retryable());
  CHECK(bench.server.bytes_sent() < (128 << 20));
  CHECK(bench.server.connections() == 1);
}

TEST_CASE("cancelling has three outcomes") {
  Bench bench;
  const auto cancel = [&bench] { return cancel_request(bench.session, bench.request, bench.context); };
  SUBCASE("asked for") {
    answer_in_turn(bench, {answer(202, R"({"status":"CANCELLATION_REQUESTED"})")});
    CHECK(cancel() == CancelOutcome::requested);
    const SeenRequest seen = bench.server.requests().at(0);
    CHECK(seen.method == "PUT");
    CHECK(seen.target == "/fal-ai/sync-lipsync/requests/id-1/cancel");
    CHECK(seen.header("content-length") == "0");
    CHECK(seen.body.empty());
  }
  SUBCASE("any 2xx will do") {
    answer_in_turn(bench, {answer(200, R"({"success":true})")});
    CHECK(cancel() == CancelOutcome::requested);
  }
  SUBCASE("too late") {
    answer_in_turn(bench, {answer(400, R"({"status":"ALREADY_COMPLETED"})")});
    CHECK(cancel() == CancelOutcome::already_completed);
  }
  SUBCASE("unknown") {
    answer_in_turn(bench, {answer(404, R"({"status":"NOT_FOUND"})")});
    CHECK(cancel() == CancelOutcome::not_found);
  }
  SUBCASE("pages and other people's JSON are none of them") {
    for (const std::string& strange :
         {answer(404, "<html>404</html>", "text/html"), answer(404, ""), answer(200, "<html>login</html>", "text/html"),
          answer(200, ""), answer(200, R"({"success":false})"), answer(302, "")}) {
      Bench fresh;
      answer_in_turn(fresh, {strange});
      const Error error =
          thrown_by([&] { static_cast<void>(cancel_request(fresh.session, fresh.request, fresh.context)); });
      CHECK(to_string(error.code()) == "network");
      CHECK(error.request_id() == "id-1");
    }
  }
  SUBCASE("refused") {
    answer_in_turn(bench, {answer(401, R"({"detail":"invalid key credentials"})")});
    const Error error = thrown_by([&] { static_cast<void>(cancel()); });
    CHECK(error.code() == ErrorCode::auth);
    CHECK(error.request_id() == "id-1");
  }
}
