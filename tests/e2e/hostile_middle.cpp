// SPDX-License-Identifier: Apache-2.0
#include "e2e/hostile_middle.hpp"

#include <array>
#include <string_view>

#include "e2e/relay.hpp"

namespace react1::test {
namespace {

std::string handed_on(const SeenRequest& seen) {
  const HttpResponse response = relay(seen, seen.target, seen.body);
  return response.status == 0 ? answer(504, "the service did not answer", "text/plain") : relayed(response);
}

std::size_t head_size(const std::string& whole) {
  return whole.find("\r\n\r\n") + 4;
}

Answer page(const char* name, int status, std::string body, const char* type = "text/html",
            const std::string& fields = "") {
  return {name, [whole = answer(status, body, type, fields)](Connection& connection, const Scene&) {
            return connection.send(whole);
          }};
}

Answer bytes(const char* name, std::string whole) {
  return {name, [whole = std::move(whole)](Connection& connection, const Scene&) {
            static_cast<void>(connection.send(whole));
            return false;
          }};
}

std::vector<Answer> pages() {
  const std::string sign_in = "<html><title>Sign in to WiFi</title></html>";
  return {
      page("a login portal", 200, sign_in),
      page("an empty 200", 200, ""),
      page("an empty JSON object", 200, "{}", "application/json"),
      page("another API's JSON", 200, R"({"ok": true, "error": "unauthorized"})", "application/json"),
      page("null", 200, "null", "application/json"),
      page("an array", 200, "[]", "application/json"),
      page("a number", 200, "0", "application/json"),
      page("a byte order mark", 200, "\xEF\xBB\xBF{}", "application/json"),
      page("UTF-16", 200, std::string("\xFF\xFE{\0}\0", 6), "application/json"),
      page("half of a JSON text", 200, R"({"request_id": "7)", "application/json"),
      page("a 204", 204, "", ""),
      page("an unrequested 206", 206, sign_in, "text/html", "Content-Range: bytes 0-42/100\r\n"),
      page("a 302 to a login page", 302, "", "", "Location: http://127.0.0.1:9/login\r\n"),
      page("a 301 to itself", 301, "", "", "Location: /\r\n"),
      page("a 303 without a place", 303, "", ""),
      page("a 304", 304, "", ""),
      page("a 307 to a secret place", 307, "", "", "Location: http://user:secret@127.0.0.1:9/\r\n"),
      page("a proxy's 400", 400, "<html>400 Bad Request</html>"),
      page("a proxy's 401", 401, "<html>401</html>", "text/html", "WWW-Authenticate: Basic realm=\"x\"\r\n"),
      page("a filter's 403", 403, "<html>blocked by your organisation</html>"),
      page("a 404 page", 404, "<html>404 Not Found</html>"),
      page("an empty 405", 405, ""),
      page("a proxy's 407", 407, "<html>407</html>", "text/html", "Proxy-Authenticate: Basic realm=\"x\"\r\n"),
      page("a 408", 408, ""),
      page("a 410", 410, "Gone", "text/plain"),
      page("a 413", 413, "<html>413 Request Entity Too Large</html>"),
      page("a foreign 422", 422, R"({"errors": ["x"]})", "application/json"),
      page("a 429 page", 429, "<html>429</html>", "text/html", "Retry-After: 0\r\n"),
      page("a 451", 451, "<html>legal</html>"),
      page("a 502 page", 502, "<html>502 Bad Gateway</html>"),
      page("a 503 with a pause", 503, "<html>503</html>", "text/html", "Retry-After: 1\r\n"),
      page("a 504", 504, ""),
      page("a 511", 511, "<html>Network Authentication Required</html>"),
      page("a status of 999", 999, ""),
      page("gzip that is none", 200, "{}", "application/json", "Content-Encoding: gzip\r\n"),
      page("an unknown encoding", 200, "{}", "application/json", "Content-Encoding: x-secret\r\n"),
  };
}

std::vector<Answer> breaks() {
  return {
      {"a reset",
       [](Connection& connection, const Scene&) {
         connection.reset();
         return false;
       }},
      {"no answer", [](Connection&, const Scene&) { return false; }},
      bytes("half of a head", "HTTP/1.1 200 OK\r\nContent-Ty"),
      bytes("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"),
      bytes("a text of HTTP/0.9", "<html>hello</html>"),
      bytes("a hundred 102s, then nothing",
            [] {
              std::string text;
              for (int i = 0; i < 100; ++i) text += "HTTP/1.1 102 Processing\r\n\r\n";
              return text;
            }()),
      bytes("a body of less than its length", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"status\": \"COMPL"),
      bytes("chunks that break off",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"),
      bytes("a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n"),
      bytes("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 90\r\n\r\n{}"),
      bytes("a head without an end",
            [] {
              std::string text = "HTTP/1.1 200 OK\r\n";
              for (int i = 0; i < 20'000; ++i) text += "X-Filler: " + std::string(80, 'x') + "\r\n";
              return text;
            }()),
      {"a silence, then nothing",
       [](Connection& connection, const Scene&) {
         connection.stay_silent();
         return false;
       }},
  };
}

/// Answers that the service gave, only not whole, or not to this request.
std::vector<Answer> distorted() {
  return {
      {"the beginning of the real answer",
       [](Connection& connection, const Scene& scene) {
         const std::string whole = scene.real();
         const std::size_t head = head_size(whole);
         static_cast<void>(connection.send(std::string_view(whole).substr(0, head + (whole.size() - head) / 2)));
         return false;
       }},
      {"the head of the real answer",
       [](Connection& connection, const Scene& scene) {
         const std::string whole = scene.real();
         static_cast<void>(connection.send(std::string_view(whole).substr(0, head_size(whole))));
         connection.reset();
         return false;
       }},
      {"the real answer, and more after it",
       [](Connection& connection, const Scene& scene) {
         static_cast<void>(connection.send(scene.real() + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"));
         return false;
       }},
      {"the answer before this one",
       [](Connection& connection, const Scene& scene) {
         return !scene.earlier.empty() && connection.send(scene.earlier.back());
       }},
      {"the very first answer",
       [](Connection& connection, const Scene& scene) {
         return !scene.earlier.empty() && connection.send(scene.earlier.front());
       }},
      {"an answer from the middle of the job",
       [](Connection& connection, const Scene& scene) {
         return !scene.earlier.empty() && connection.send(scene.earlier[scene.earlier.size() / 2]);
       }},
      {"the acceptance of another request",
       [](Connection& connection, const Scene&) {
         return connection.send(answer(200, R"({"request_id": "00000000-0000-4000-8000-000000000000"})"));
       }},
      {"the end of another request",
       [](Connection& connection, const Scene&) {
         return connection.send(answer(
             200, R"({"status": "COMPLETED", "request_id": "00000000-0000-4000-8000-000000000000", "error": "x"})"));
       }},
  };
}

}  // namespace

const std::vector<Answer>& hostile_answers() {
  static const std::vector<Answer> all = [] {
    std::vector<Answer> list = pages();
    for (std::vector<Answer>& more : std::array{breaks(), distorted()}) {
      list.insert(list.end(), more.begin(), more.end());
    }
    return list;
  }();
  return all;
}

HostileMiddle::HostileMiddle(Ambush ambush) : ambush_(ambush) {
  server_.converse(
      [this](Connection& connection, const SeenRequest& request) { return converse(connection, request); });
}

std::size_t HostileMiddle::requests() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

bool HostileMiddle::converse(Connection& connection, const SeenRequest& request) {
  std::vector<std::string> earlier;
  bool is_ours = false;
  {
    const std::lock_guard lock(mutex_);
    is_ours = ambush_.answer != nullptr && count_ >= ambush_.first && count_ < ambush_.first + ambush_.count;
    ++count_;
    if (is_ours) earlier = earlier_;
  }
  std::string whole;
  const std::function<std::string()> real = [&] {
    if (!whole.empty()) return whole;  // a request is forwarded once: a middle that doubles it can't be stopped
    whole = handed_on(request);
    const std::lock_guard lock(mutex_);
    earlier_.push_back(whole);
    return whole;
  };
  if (!is_ours) return connection.send(real());
  if (ambush_.reaches_the_service) static_cast<void>(real());
  return ambush_.answer->give(connection, {request, real, earlier});
}

}  // namespace react1::test
