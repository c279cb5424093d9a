// SPDX-License-Identifier: Apache-2.0
// How exchanges end that do not end well, and what is then known about the request.
#include <stop_token>
#include <thread>

#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

namespace {

/// A port without a listener.
std::string dead_url() {
  const RawServer server;
  return server.url("/");
}

/// With a stall time-out that tests can wait for.
Request impatient(Request request) {
  request.stall_timeout = 200ms;
  return request;
}

}  // namespace

TEST_CASE("without a listener nothing can have been received") {
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(post(dead_url(), "{}"), {}));
  CHECK(failure.kind == Kind::connect);
  CHECK_FALSE(failure.request_may_have_been_received);
}

TEST_CASE("a name without an address: nothing can have been received") {
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(post("https://no-such-host.invalid/", "{}"), {}));
  CHECK(failure.kind == Kind::resolve);
  CHECK_FALSE(failure.request_may_have_been_received);
}

TEST_CASE("a TLS handshake that comes to nothing: nothing can have been received") {
  RawServer server;
  server.script({[](Connection& connection) { return connection.send("this is no TLS\r\n\r\n"); }});
  CurlTransport transport("react1/test");
  const TransportFailure failure =
      failed(transport.perform(post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "{}"), {}));
  CHECK(failure.kind == Kind::tls);
  CHECK_FALSE(failure.request_may_have_been_received);
}

TEST_CASE("a TLS handshake that never answers runs into the connect time-out") {
  RawServer server;
  server.script({step::stay_silent()});
  CurlTransport transport("react1/test");
  Request request = post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "{}");
  request.connect_timeout = 300ms;
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::timeout_connect);
  CHECK_FALSE(failure.request_may_have_been_received);
}

TEST_CASE("a reset after the request may mean that it was received") {
  RawServer server;
  server.script({step::read_request(), step::reset()});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(post(server.url("/"), "{}"), {}));
  CHECK(failure.kind == Kind::reset);
  CHECK(failure.request_may_have_been_received);
  CHECK_FALSE(failure.status.has_value());
}

TEST_CASE("a connection that closes before it reads anything may still have received") {
  RawServer server;
  server.script({step::await_bytes(), step::reset()});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(post(server.url("/"), "{}"), {}));
  CHECK(failure.kind == Kind::reset);
  CHECK(failure.request_may_have_been_received);
}

TEST_CASE("a connection that is reset at once: only one that was never established can't have received anything") {
  // Whether curl still saw the connection established is a race in the kernel; both outcomes are reported correctly.
  RawServer server;
  server.script({step::reset()});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(post(server.url("/"), "{}"), {}));
  CHECK((failure.kind == Kind::reset || failure.kind == Kind::connect));
  CHECK(failure.request_may_have_been_received == (failure.kind == Kind::reset));
}

TEST_CASE("a clean close without an answer is a reset too") {
  RawServer server;
  server.script({step::read_request()});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(get(server.url("/")), {}));
  CHECK(failure.kind == Kind::reset);
  CHECK(failure.request_may_have_been_received);
}

TEST_CASE("an answer that ends before its announced length is no answer") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Id: 7\r\n\r\nhalf")});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(get(server.url("/")), {}));
  CHECK(failure.kind == Kind::truncated_body);
  CHECK(failure.status == 200);
  CHECK(failure.headers.find("X-Id") == "7");
  CHECK(failure.bytes == 4);
}

TEST_CASE("an answer in pieces that breaks off is no answer") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")});
  CurlTransport transport("react1/test");
  CHECK(failed(transport.perform(get(server.url("/")), {})).kind == Kind::truncated_body);
}

TEST_CASE("a header that breaks off is no answer, wherever and however it does") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Id: 7\r\n\r\n";
  for (const bool reset : {true, false}) {
    // Less than the status line is no HTTP at all.
    for (std::size_t size = head.find('\n') + 1; size < head.size() - 1; ++size) {
      CAPTURE(reset);
      CAPTURE(size);
      RawServer server;
      Script script{step::read_request(), step::send(head.substr(0, size))};
      if (reset) script.push_back(step::reset());
      server.script(std::move(script));
      CurlTransport transport("react1/test");
      CHECK(failed(transport.perform(post(server.url("/"), "{}"), {})).request_may_have_been_received);
    }
  }
}

TEST_CASE("bytes after the announced length are not read") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more")});
  CurlTransport transport("react1/test");
  CHECK(answered(transport.perform(get(server.url("/")), {})).body == "four");
}

TEST_CASE("silence after the request is a stall") {
  RawServer server;
  server.script({step::read_request(), step::stay_silent()});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(impatient(post(server.url("/"), "{}")), {}));
  CHECK(failure.kind == Kind::stalled);
  CHECK(failure.request_may_have_been_received);
}

TEST_CASE("silence in the middle of a header or of a body is a stall") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nX-A: b\r\n"), step::stay_silent()});
  server.script(
      {step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), step::stay_silent()});
  CurlTransport transport("react1/test");
  CHECK(failed(transport.perform(impatient(get(server.url("/1"))), {})).kind == Kind::stalled);
  const TransportFailure failure = failed(transport.perform(impatient(get(server.url("/2"))), {}));
  CHECK(failure.kind == Kind::stalled);
  CHECK(failure.status == 200);
}

TEST_CASE("a server that does not take the upload stalls it") {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "big").string();
  write_file_atomically(path, std::string(32U << 20U, 'x'));  // more than both socket buffers hold
  Gate never;
  RawServer server;
  server.script({step::wait_for(never)});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(impatient(put_file(server.url("/"), path)), {}));
  CHECK(failure.kind == Kind::stalled);
}

TEST_CASE("a server that drips is ended by the total time-out") {
  Gate never;
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\n"), step::wait_for(never)});
  CurlTransport transport("react1/test");
  Request request = get(server.url("/"));
  request.total_timeout = 200ms;
  CHECK(failed(transport.perform(request, {})).kind == Kind::timeout_total);
}

TEST_CASE("an answer of a gigabyte is stopped at the cap while it streams") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                 step::flood(std::string(1U << 20U, 'x'), std::int64_t{1} << 30)});
  CurlTransport transport("react1/test");
  Request request = get(server.url("/"));
  request.sink = TextSink{1 << 20};
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::too_large);
  CHECK(server.bytes_sent() < (64 << 20));
}

TEST_CASE("an announced gigabyte is not even begun") {
  const TemporaryDirectory folder;
  RawServer server;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
  server.script({step::read_request(), step::send(head), step::stay_silent()});
  server.script({step::read_request(), step::send(head), step::stay_silent()});
  CurlTransport transport("react1/test");
  CHECK(failed(transport.perform(download(server.url("/"), (folder.path() / "f").string(), 1 << 20), {})).kind ==
        Kind::too_large);
  CHECK(failed(transport.perform(get(server.url("/")), {})).kind == Kind::too_large);
}

TEST_CASE("a download of unknown length stops at its cap") {
  const TemporaryDirectory folder;
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                 step::flood(std::string(1U << 20U, 'x'), std::int64_t{1} << 30)});
  CurlTransport transport("react1/test");
  CHECK(failed(transport.perform(download(server.url("/"), (folder.path() / "f").string(), 100'000), {})).kind ==
        Kind::too_large);
  CHECK(std::filesystem::file_size(folder.path() / "f") <= 100'000);
}

TEST_CASE("of an endless error page the beginning is enough") {
  const TemporaryDirectory folder;
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n"),
                 step::flood(std::string(1U << 20U, 'x'), std::int64_t{1} << 30)});
  CurlTransport transport("react1/test");
  const Response response = answered(transport.perform(download(server.url("/"), (folder.path() / "f").string()), {}));
  CHECK(response.status == 500);
  CHECK(response.body.size() == 65536);
}

TEST_CASE("headers without end are cut off") {
  RawServer server;
  server.script({step::read_request(), step::send("HTTP/1.1 200 OK\r\n"),
                 step::flood("X-Filler: " + std::string(1000, 'x') + "\r\n", std::int64_t{1} << 30)});
  CurlTransport transport("react1/test");
  CHECK(failed(transport.perform(get(server.url("/")), {})).kind == Kind::too_large);
  CHECK(server.bytes_sent() < (64 << 20));
}

TEST_CASE("what is not HTTP is a protocol failure") {
  RawServer server;
  server.script({step::read_request(), step::send("SSH-2.0-OpenSSH_9.2\r\n")});
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(get(server.url("/")), {}));
  CHECK(failure.kind == Kind::protocol);
  CHECK(failure.request_may_have_been_received);
}

TEST_CASE("a file that cannot be read or written is distinguished from the network") {
  const TemporaryDirectory folder;
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  CurlTransport transport("react1/test");
  const auto missing = failed(transport.perform(put_file(server.url("/"), (folder.path() / "none").string()), {}));
  CHECK(missing.kind == Kind::local_read);
  CHECK_FALSE(missing.request_may_have_been_received);
  CHECK(failed(transport.perform(put_file(server.url("/"), folder.path().string()), {})).kind == Kind::local_read);
  const auto unwritable = (folder.path() / "none" / "f").string();
  CHECK(failed(transport.perform(download(server.url("/"), unwritable), {})).kind == Kind::local_write);
  CHECK(server.requests().empty());
}

TEST_CASE("a full disk ends a download as a local failure") {
  if (!std::filesystem::exists("/dev/full")) return;
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "x"); });
  CurlTransport transport("react1/test");
  // ftruncate refuses devices just as it refuses a file system that is gone: either way it is the local side.
  CHECK(failed(transport.perform(download(server.url("/"), "/dev/full"), {})).kind == Kind::local_write);
}

TEST_CASE("a POST on a keep-alive connection that has died is seen once") {
  RawServer server;
  // The first connection answers once and resets when the next request has come in; another would be served well.
  server.script({step::read_request(), step::send(answer(200, "{}")), step::read_request(), step::reset()});
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  static_cast<void>(answered(transport.perform(get(server.url("/warm-up")), {})));

  SUBCASE("with at_most_once it never travels on the used connection") {
    Request paid = post(server.url("/paid"), "{}");
    paid.at_most_once = true;
    static_cast<void>(answered(transport.perform(paid, {})));
    CHECK(server.count("POST", "/paid") == 1);
    CHECK(server.requests().back().connection == 1);
  }
  SUBCASE("without it curl sends it twice by itself, which is why at_most_once exists") {
    static_cast<void>(answered(transport.perform(post(server.url("/paid"), "{}"), {})));
    CHECK(server.count("POST", "/paid") == 2);
  }
}

TEST_CASE("a fresh connection that dies after the request is not tried again") {
  RawServer server;
  server.script({step::read_request(), step::reset()});
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  Request paid = post(server.url("/paid"), "{}");
  paid.at_most_once = true;
  CHECK(failed(transport.perform(paid, {})).request_may_have_been_received);
  CHECK(server.count("POST", "/paid") == 1);
}

TEST_CASE("a stop ends an exchange at once, wherever it is") {
  Gate gate;
  RawServer server;
  bool received = true;
  Request request;
  SUBCASE("before it has begun") {
    std::stop_source stop;
    stop.request_stop();
    RunContext context;
    context.stop = stop.get_token();
    CurlTransport transport("react1/test");
    const TransportFailure failure = failed(transport.perform(get(server.url("/")), context));
    CHECK(failure.kind == Kind::interrupted);
    CHECK_FALSE(failure.request_may_have_been_received);
    CHECK(server.connections() == 0);
    return;
  }
  SUBCASE("while the answer is awaited") {
    server.script({step::read_request(), step::wait_for(gate)});
    request = post(server.url("/"), "{}");
  }
  SUBCASE("in the middle of the body") {
    server.script(
        {step::read_request(), step::send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), step::wait_for(gate)});
    request = get(server.url("/"));
  }
  SUBCASE("during the TLS handshake") {
    server.script({step::wait_for(gate)});
    request = post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "{}");
    received = false;
  }
  std::stop_source stop;
  std::chrono::steady_clock::time_point asked;
  std::thread stopper([&] {
    gate.wait_until_reached();
    asked = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  RunContext context;
  context.stop = stop.get_token();
  CurlTransport transport("react1/test");
  const TransportFailure failure = failed(transport.perform(request, context));
  const auto answered_at = std::chrono::steady_clock::now();
  stopper.join();
  CHECK(failure.kind == Kind::interrupted);
  CHECK(failure.request_may_have_been_received == received);
  CHECK(answered_at - asked < 2s);
  MESSAGE("stopped after ", std::chrono::duration_cast<std::chrono::milliseconds>(answered_at - asked).count(), " ms");
}

TEST_CASE("many threads share one transport") {
  RawServer server;
  server.otherwise([](const SeenRequest& request) { return answer(200, request.target); });
  CurlTransport transport("react1/test");
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string target = "/" + std::to_string(t) + "/" + std::to_string(i);
        const Outcome outcome = transport.perform(get(server.url(target)), {});
        const auto* response = std::get_if<Response>(&outcome);
        if (response != nullptr && response->body == target) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 160);
}
