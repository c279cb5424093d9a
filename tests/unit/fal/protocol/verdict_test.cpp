// SPDX-License-Identifier: Apache-2.0
// Whatever answers in the service's place while a request is paid for and not finished: the job goes on.
#include "fal/protocol/verdict.hpp"

#include <memory>

#include "fal/queue/queue.hpp"
#include "fal/queue/submit_rule.hpp"
#include "fal/queue/wait.hpp"
#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::fal;
using namespace react1::test;

namespace {

struct Answer {
  const char* name;
  int status;
  const char* body;
  const char* type = "application/json";
  const char* headers = "";
};

// What proxies, portals, gateways, caches and other people's servers say.
constexpr Answer kStrange[] = {
    {"an empty 200", 200, "", "text/html"},
    {"an empty object", 200, "{}"},
    {"a login page", 200, "<html><title>Sign in</title></html>", "text/html"},
    {"another API's health", 200, R"({"ok":true})"},
    {"another API's error under 200", 200, R"({"error":"unauthorized"})"},
    {"a list", 200, "[]"},
    {"a number", 200, "7"},
    {"JSON of a portal", 200, R"({"user-portal-url":"https://wifi.example/login","captive":true})"},
    {"a 204", 204, ""},
    {"a 206 of something", 206, "half a page", "text/html"},
    {"a redirect to a login page", 302, "", "text/html", "Location: https://login.example/\r\n"},
    {"a permanent redirect", 301, "", "text/html", "Location: https://elsewhere.example/\r\n"},
    {"a 307", 307, "", "text/html", "Location: http://127.0.0.1:1/\r\n"},
    {"a 304", 304, ""},
    {"an empty 400", 400, ""},
    {"a 400 page", 400, "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>", "text/html"},
    {"a proxy's 401", 401, "<html><title>401 Authorization Required</title></html>", "text/html"},
    {"a 403 page", 403, "<html><title>Access denied | example.com used Cloudflare</title></html>", "text/html"},
    {"a 403 of another API", 403, R"({"message":"Forbidden"})"},
    {"an empty 404", 404, ""},
    {"a 404 page", 404, "<html><title>404 Not Found</title></html>", "text/html"},
    {"the queue's own 404", 404, R"({"status":"NOT_FOUND"})"},
    {"an app's 404", 404, R"({"detail":"Not Found"})"},
    {"another cloud's 404", 404, R"({"message":"no Route matched with those values"})"},
    {"a 405", 405, ""},
    {"a proxy's 407", 407, "<html><title>Proxy Authentication Required</title></html>", "text/html"},
    {"a 408", 408, ""},
    {"a 410", 410, "Gone", "text/plain"},
    {"a 411", 411, "<html>411</html>", "text/html"},
    {"a 413", 413, "<html>413 Request Entity Too Large</html>", "text/html"},
    {"a 417", 417, ""},
    {"a 418", 418, "short and stout", "text/plain"},
    {"a 421", 421, ""},
    {"a 426", 426, "Upgrade Required", "text/plain"},
    {"a 428", 428, ""},
    {"a 429 page", 429, "<html>slow down</html>", "text/html"},
    {"a 431", 431, ""},
    {"a filter's 451", 451, "<html>blocked by your organisation</html>", "text/html"},
    {"an nginx 499", 499, ""},
    {"a 500 page", 500, "<html>500</html>", "text/html"},
    {"a 502 page", 502, "<html>502 Bad Gateway</html>", "text/html"},
    {"a 503 page", 503, "<html>503</html>", "text/html"},
    {"a 504 page", 504, "<html>504</html>", "text/html"},
    {"a 511", 511, "<html>Network Authentication Required</html>", "text/html"},
    {"a 520", 520, "<html>Web server is returning an unknown error</html>", "text/html"},
    {"a 599", 599, ""},
    {"the status of another request", 200, R"({"status":"COMPLETED","request_id":"id-2"})"},
    {"the failure of another request", 200, R"({"status":"COMPLETED","request_id":"id-2","error":"x"})"},
    {"another request's failure, by its header", 422, R"({"detail":[{"type":"face_detection_error","msg":"m"}]})",
     "application/json", "x-fal-request-id: id-2\r\n"},
    {"an error without COMPLETED", 200, R"({"status":"IN_PROGRESS!","error":"quota"})"},
};

std::string wire(const Answer& given) {
  return answer(given.status, given.body, given.type, given.headers);
}

void always(Bench& bench, const Answer& given) {
  bench.server.otherwise([text = wire(given)](const SeenRequest&) { return text; });
}

}  // namespace

TEST_CASE("no strange answer to a question for the status ends a paid request") {
  for (const Answer& given : kStrange) {
    CAPTURE(std::string(given.name));
    for (const bool stream : {false, true}) {
      CAPTURE(stream);
      Bench bench;
      bench.options.status_stream = stream;
      bench.options.max_wait = std::chrono::seconds(60);
      always(bench, given);
      const Error error =
          thrown_by([&] { static_cast<void>(wait_for_completion(bench.session, bench.request, bench.context)); });
      CHECK(to_string(error.code()) == "network");
      CHECK(error.request_id() == "id-1");
    }
  }
}

TEST_CASE("no strange answer to a question for the result ends a paid request") {
  for (const Answer& given : kStrange) {
    CAPTURE(std::string(given.name));
    Bench bench;
    always(bench, given);
    const Error error =
        thrown_by([&] { static_cast<void>(request_result(bench.session, bench.request, bench.context)); });
    CHECK(to_string(error.code()) == "network");
    CHECK(error.request_id() == "id-1");
  }
}

TEST_CASE("a strange answer between good ones costs nothing but a pause") {
  for (const Answer& given : kStrange) {
    CAPTURE(std::string(given.name));
    Bench bench;
    bench.options.status_stream = false;
    auto turn = std::make_shared<std::atomic<int>>(0);
    bench.server.otherwise([text = wire(given), turn](const SeenRequest& seen) {
      const bool asks_status = seen.target.find("/status") != std::string::npos;
      if ((*turn)++ % 2 == 0) return text;
      return answer(200, asks_status ? R"({"status":"COMPLETED","request_id":"id-1"})"
                                     : R"({"video":{"url":"https://v3b.fal.media/o.mp4"}})");
    });
    CHECK(wait_for_completion(bench.session, bench.request, bench.context).state == QueueStatus::State::completed);
    CHECK(request_result(bench.session, bench.request, bench.context).url == "https://v3b.fal.media/o.mp4");
  }
}

TEST_CASE("no strange answer to the paid call counts as a refusal: it may have been handed on") {
  const Secret key{std::string(kKey)};
  for (const Answer& given : kStrange) {
    CAPTURE(std::string(given.name));
    const std::string body = given.body;
    if (body.find("\"detail\"") != std::string::npos) continue;  // the service's own shape
    http::Response response;
    response.status = given.status;
    response.body = body;
    CHECK(judge_submit(response, key) == SubmitVerdict::unknown);
  }
}

TEST_CASE("every status with every kind of body: only the service's own words refuse a paid call") {
  struct Body {
    const char* text;
    bool is_service, has_id;
  };
  constexpr Body kBodies[] = {
      {"", false, false},
      {"<html><title>x</title></html>", false, false},
      {"plain text", false, false},
      {"[]", false, false},
      {"{}", false, false},
      {R"({"message":"x","error":"y"})", false, false},
      {R"({"detail":null})", false, false},
      {R"({"detail":{"a":1}})", false, false},
      {R"({"status":"NOT_FOUND"})", false, false},
      {R"({"detail":"x"})", true, false},
      {R"({"detail":[{"type":"t","msg":"m"}]})", true, false},
      {R"({"error_type":"internal_error"})", true, false},
      {R"({"request_id":"r-1","status":"IN_QUEUE"})", false, true},
  };
  const Secret key{std::string(kKey)};
  for (int status = 200; status < 600; ++status) {
    for (const Body& body : kBodies) {
      CAPTURE(status);
      CAPTURE(std::string(body.text));
      http::Response response;
      response.status = status;
      response.body = body.text;
      const SubmitVerdict verdict = judge_submit(response, key);
      const bool is_ok = status < 300;
      const bool passes = status == 429 || status == 503;
      const bool is_unsure = status == 408 || status == 499 || status < 400 || status >= 500;
      if (is_ok) {
        CHECK(verdict == (body.has_id ? SubmitVerdict::accepted : SubmitVerdict::unknown));
      } else if (!body.is_service) {
        CHECK(verdict == SubmitVerdict::unknown);
      } else if (passes) {
        CHECK(verdict == SubmitVerdict::refused_now);
      } else {
        CHECK(verdict == (is_unsure ? SubmitVerdict::unknown : SubmitVerdict::refused));
      }
      // While it waits, the same answer ends the job only when it carries the model's list or an error type.
      const bool is_typed = body.is_service && std::string(body.text) != R"({"detail":"x"})";
      const bool ends = status >= 400 && status != 408 && status != 429 && is_typed;
      CHECK(failure_in(response, {"w", "asking", "id-1"}, key).has_value() == ends);
      CHECK(to_string(undecided(response, {"w", "asking", "id-1"}, key).code()) != "refused");
    }
  }
}

TEST_CASE("the service's own word ends a request, whatever it carries beside it") {
  for (const Answer& given : {
           Answer{"a problem list", 422, R"({"detail":[{"type":"face_detection_error","msg":"m"}]})"},
           Answer{"a problem list with its id", 422, R"({"detail":[{"type":"x","msg":"m"}]})", "application/json",
                  "x-fal-request-id: id-1\r\n"},
           Answer{"a text with its id", 422, R"({"detail":"no face"})", "application/json",
                  "x-fal-request-id: id-1\r\n"},
           Answer{"an error type", 500, R"({"detail":"lost","error_type":"runner_disconnected"})"},
           Answer{"an error type in the header", 503, R"({"detail":"lost"})", "application/json",
                  "X-Fal-Error-Type: runner_disconnected\r\n"},
           Answer{"a cancellation", 499, R"({"detail":"cancelled","error_type":"client_cancelled"})"},
       }) {
    CAPTURE(std::string(given.name));
    Bench bench;
    always(bench, given);
    const Error error =
        thrown_by([&] { static_cast<void>(request_result(bench.session, bench.request, bench.context)); });
    CHECK(to_string(error.code()) == "refused");
    CHECK(error.request_id() == "id-1");
    CHECK(is_cancellation(error) == (given.status == 499));
    CHECK(bench.server.requests().size() == (given.status < 500 ? 1 : 3));  // 5xx are worth another look
  }
}

TEST_CASE("an answer about something paid that can't be read is kept whole") {
  for (const char* body :
       {R"({"output":{"url":"https://x/o.mp4"},"seed":7})", R"({"video":{"uri":"https://x/o.mp4"}})",
        R"({"video":["https://x/o.mp4"]})", R"({"video":null,"images":[]})", R"({"video":{"url":"ftp://x/o.mp4"}})"}) {
    CAPTURE(std::string(body));
    Bench bench;
    bench.server.otherwise([body](const SeenRequest&) { return answer(200, body); });
    const Error error =
        thrown_by([&] { static_cast<void>(request_result(bench.session, bench.request, bench.context)); });
    CHECK(error.code() == ErrorCode::network);
    CHECK(error.answer() == body);
  }
}

TEST_CASE("a video that is only a URL is a result, and odd numbers beside it survive") {
  Bench bench;
  bench.server.otherwise([](const SeenRequest&) { return answer(200, R"({"video":"https://x/o.mp4"})"); });
  CHECK(request_result(bench.session, bench.request, bench.context).url == "https://x/o.mp4");
  Bench odd;
  odd.server.otherwise([](const SeenRequest&) {
    return answer(
        200, R"({"video":{"url":"https://x/p.mp4","fps":"25","duration":null,"file_size":"12","num_frames":"9"}})");
  });
  const ResultVideo video = request_result(odd.session, odd.request, odd.context);
  CHECK(video.url == "https://x/p.mp4");
  CHECK_FALSE(video.fps);
  CHECK_FALSE(video.duration_s);
  CHECK_FALSE(video.file_size);
  CHECK_FALSE(video.num_frames);
}
