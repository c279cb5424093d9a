// SPDX-License-Identifier: Apache-2.0
// Proxies between here and the server: a proxy's answers are not the server's, and its bytes are not the request's.
#include <react1/error.hpp>

#include "http/policy/network.hpp"
#include "http/policy/retry.hpp"
#include "support/environment.hpp"
#include "support/tls.hpp"
#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;
using Act = ConnectProxy::Act;

namespace {

/// A TLS server under a name that only the proxy knows, behind that proxy.
struct Behind {
  TemporaryDirectory folder;
  TestAuthority authority;
  RawServer server;
  TlsFront front{authority, {"queue.test"}, server.port()};
  ConnectProxy proxy{front.port()};
  std::string ca = (folder.path() / "ca.pem").string();
  ScopedVariable proxy_variable{"HTTPS_PROXY", proxy.url()};
  ScopedVariable ca_variable{"SSL_CERT_FILE", ca};
  ScopedVariable no_directory{"SSL_CERT_DIR", std::nullopt}, no_bundle{"CURL_CA_BUNDLE", std::nullopt};
  ScopedVariable none{"NO_PROXY", std::nullopt};

  Behind() {
    write_file_atomically(ca, authority.certificate());
    server.otherwise([](const SeenRequest& seen) { return answer(200, "{\"at\":\"" + seen.target + "\"}"); });
  }
  [[nodiscard]] static Request paid() {
    Request request = post("https://queue.test/paid", "{}");
    request.at_most_once = true;
    request.headers.add("Authorization", "Key id:secret");
    request.connect_timeout = 3000ms;
    return request;
  }
};

Outcome perform(const Request& request) {
  CurlTransport transport("react1/test");
  return transport.perform(request, {});
}

}  // namespace

TEST_CASE("a TLS server is reached through the environment's proxy, which learns its name and nothing else") {
  const Behind there;
  const Response response = answered(perform(Behind::paid()));
  CHECK(response.status == 200);
  CHECK(response.way == Way::tunnel);
  CHECK_FALSE(response.headers.has("Proxy-Agent"));
  CHECK(there.server.requests().size() == 1);
  REQUIRE(there.proxy.heads().size() == 1);
  CHECK(there.proxy.heads().front().starts_with("CONNECT queue.test:443 HTTP/1.1\r\n"));
  CHECK(there.proxy.heads().front().find("secret") == std::string::npos);
}

TEST_CASE("the header fields of a proxy's answer to CONNECT are not the server's") {
  Behind there;
  there.proxy.next({.answer = "HTTP/1.1 200 OK\r\nx-fal-request-id: forged\r\nRetry-After: 5\r\n\r\n"});
  const Response response = answered(perform(Behind::paid()));
  CHECK(response.status == 200);
  CHECK_FALSE(response.headers.has("x-fal-request-id"));
  CHECK_FALSE(response.headers.has("Retry-After"));
}

TEST_CASE("a tunnel that never came up is a request that was never sent") {
  Behind there;
  Kind kind = Kind::proxy;
  std::optional<int> status;
  const auto refuses = [](const char* text) { return Act{.answer = text, .tunnel = false}; };
  SUBCASE("503 with a page") {
    there.proxy.next(refuses("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"));
    status = 503;
  }
  SUBCASE("502") {
    there.proxy.next(refuses("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
    status = 502;
  }
  SUBCASE("429 with a request id that is none") {
    there.proxy.next(refuses("HTTP/1.1 429 Slow down\r\nx-fal-request-id: forged\r\nContent-Length: 0\r\n\r\n"));
    status = 429;
  }
  SUBCASE("407") {
    there.proxy.next(
        refuses("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"));
    kind = Kind::proxy_refused;
    status = 407;
  }
  SUBCASE("403") {
    there.proxy.next(refuses("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
    kind = Kind::proxy_refused;
    status = 403;
  }
  SUBCASE("302 to a login page") {
    there.proxy.next(refuses("HTTP/1.1 302 Found\r\nLocation: http://login/\r\nContent-Length: 0\r\n\r\n"));
    status = 302;
  }
  SUBCASE("the connection is reset") {
    there.proxy.next({.answer = "", .tunnel = false, .end = Act::End::reset});
  }
  SUBCASE("the connection is closed without an answer") {
    there.proxy.next({.answer = "", .tunnel = false});
  }
  SUBCASE("the answer breaks off in its first line") {
    there.proxy.next({.answer = "HTTP/1.1 200 Conn", .tunnel = false});
  }
  SUBCASE("the answer breaks off in its fields") {
    there.proxy.next({.answer = "HTTP/1.1 200 OK\r\nVia: 1.1 x", .tunnel = false, .end = Act::End::reset});
    kind = Kind::tls;  // curl has taken the status already
    status = 200;
  }
  SUBCASE("no answer comes") {
    there.proxy.next({.answer = "", .tunnel = false, .end = Act::End::silence});
    kind = Kind::timeout_connect;
  }
  SUBCASE("it is no HTTP") {
    there.proxy.next({.answer = "SSH-2.0-OpenSSH_9.2\r\n\r\n", .tunnel = false});
  }
  SUBCASE("the tunnel is opened and reset at once") {
    there.proxy.next({.tunnel = false, .end = Act::End::reset});
    kind = Kind::tls;
    status = 200;
  }
  SUBCASE("the tunnel is opened and breaks in the handshake") {
    there.proxy.next({.end = Act::End::reset, .break_at_first_byte = true});
    kind = Kind::tls;
    status = 200;
  }
  SUBCASE("the tunnel is opened and silent") {
    there.proxy.next({.tunnel = false, .end = Act::End::silence});
    kind = Kind::timeout_connect;
    status = 200;
  }
  const TransportFailure failure = failed(perform(Behind::paid()));
  CAPTURE(failure.detail);
  CHECK(std::string(to_string(failure.kind)) == std::string(to_string(kind)));
  CHECK_FALSE(failure.request_may_have_been_received);
  CHECK_FALSE(failure.status);
  CHECK(failure.headers.fields().empty());
  CHECK(failure.way == Way::tunnel);
  if (status) CHECK(failure.proxy_status == status);
  CHECK(is_retryable(failure.kind) == (kind != Kind::proxy_refused));
  CHECK(there.server.requests().empty());
}

TEST_CASE("a tunnel that breaks after the request's bytes leaves it open whether they arrived") {
  Behind there;
  there.server.script({step::read_request(), step::reset()});
  const TransportFailure failure = failed(perform(Behind::paid()));
  CHECK(failure.request_may_have_been_received);
  CHECK(failure.kind == Kind::reset);
  CHECK_FALSE(failure.status);
  CHECK(there.server.requests().size() == 1);
}

TEST_CASE("a stop while the tunnel is being opened is a request that was never sent") {
  Behind there;
  there.proxy.next({.answer = "", .tunnel = false, .end = Act::End::silence});
  std::stop_source stop;
  RunContext context;
  context.stop = stop.get_token();
  CurlTransport transport("react1/test");
  Request request = Behind::paid();
  request.connect_timeout = 30s;
  std::jthread stopper([&] {
    while (there.proxy.heads().empty()) std::this_thread::yield();
    stop.request_stop();
  });
  const TransportFailure failure = failed(transport.perform(request, context));
  CHECK(failure.kind == Kind::interrupted);
  CHECK_FALSE(failure.request_may_have_been_received);
}

TEST_CASE("a proxy that can't be reached, or has no address, is a request that was never sent") {
  const Behind there;
  std::string gone;
  SUBCASE("no listener") {
    std::uint16_t port = 0;
    {
      const Acceptor unused([](Acceptor&, int) {});
      port = unused.port();
    }
    gone = "http://127.0.0.1:" + std::to_string(port);
  }
  SUBCASE("its name has no address") {
    gone = "http://proxy.invalid:3128";
  }
  const ScopedVariable variable("HTTPS_PROXY", gone);
  const TransportFailure failure = failed(perform(Behind::paid()));
  CHECK_FALSE(failure.request_may_have_been_received);
  CHECK(is_retryable(failure.kind));
  CHECK(there.server.requests().empty());
}

TEST_CASE("a server's certificate is judged by the authority of the environment") {
  const Behind there;
  SUBCASE("CURL_CA_BUNDLE comes before SSL_CERT_FILE") {
    const ScopedVariable wrong("SSL_CERT_FILE", "/nowhere/ca.pem");
    const ScopedVariable right("CURL_CA_BUNDLE", there.ca);
    CHECK(answered(perform(Behind::paid())).status == 200);
  }
  SUBCASE("a missing file does not weaken the check") {
    const ScopedVariable wrong("SSL_CERT_FILE", "/nowhere/ca.pem");
    const TransportFailure failure = failed(perform(Behind::paid()));
    CHECK(failure.kind == Kind::certificate);
    CHECK(failure.detail.find("/nowhere/ca.pem") != std::string::npos);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
  SUBCASE("another authority's certificate is refused") {
    const ScopedVariable system("SSL_CERT_FILE", std::nullopt);
    const TransportFailure failure = failed(perform(Behind::paid()));
    CHECK(failure.kind == Kind::certificate);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
  SUBCASE("a name that the certificate does not have is refused") {
    Request request = Behind::paid();
    request.url = "https://other.test/paid";
    const TransportFailure failure = failed(perform(request));
    CHECK(failure.kind == Kind::certificate);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
}

TEST_CASE("an answer through a plain proxy says that the proxy may have written it") {
  RawServer proxy;
  proxy.otherwise(
      [](const SeenRequest&) { return answer(504, "<html>timeout</html>", "text/html", "Via: 1.1 x\r\n"); });
  const ScopedVariable variable("http_proxy", proxy.url());
  const ScopedVariable none("NO_PROXY", std::nullopt);
  const Response response = answered(perform(post("http://127.0.0.1:1/paid", "{}")));
  CHECK(response.status == 504);
  CHECK(response.way == Way::plain_proxy);
  CHECK(proxy.requests().at(0).target == "http://127.0.0.1:1/paid");
}

TEST_CASE("the proxy of a URL is what the variables say") {
  NetworkSettings settings;
  settings.http_proxy = "127.0.0.1:3128";
  settings.https_proxy = "http://user:word@proxy.corp:8080";
  settings.no_proxy = {"corp.example", ".dotted.example", "10.0.0.0/8", "fd00::/8", "192.0.2.7"};
  const auto proxied = [&](const char* url) { return proxy_for(settings, *parse_url(url)).has_value(); };
  CHECK(proxied("https://queue.fal.run/x"));
  CHECK(proxied("http://media.example/x"));
  CHECK_FALSE(proxied("https://corp.example/x"));
  CHECK_FALSE(proxied("https://www.CORP.example/x"));
  CHECK(proxied("https://notcorp.example/x"));
  CHECK_FALSE(proxied("https://a.dotted.example/x"));
  CHECK_FALSE(proxied("https://10.1.2.3/x"));
  CHECK(proxied("https://11.1.2.3/x"));
  CHECK_FALSE(proxied("https://[fd12::1]/x"));
  CHECK(proxied("https://[2001:db8::1]/x"));
  CHECK_FALSE(proxied("https://192.0.2.7/x"));
  // This machine, seen from a proxy elsewhere, is the proxy's.
  CHECK_FALSE(proxied("https://127.0.0.1:9/x"));
  CHECK_FALSE(proxied("https://localhost:9/x"));
  CHECK(proxied("http://127.0.0.1:9/x"));
  settings.no_proxy = {"*"};
  CHECK_FALSE(proxied("https://queue.fal.run/x"));
}

TEST_CASE("the variables are read in either case, and a CGI program's HTTP_PROXY is a client's header") {
  std::vector<std::unique_ptr<ScopedVariable>> clean;
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY", "REQUEST_METHOD"})
    clean.push_back(std::make_unique<ScopedVariable>(name, std::nullopt));
  CHECK(network_from_environment()->https_proxy.empty());
  const ScopedVariable all("ALL_PROXY", "socks5h://s:1080");
  CHECK(network_from_environment()->https_proxy == "socks5h://s:1080");
  CHECK(network_from_environment()->http_proxy == "socks5h://s:1080");
  const ScopedVariable upper("HTTP_PROXY", "http://u:1");
  CHECK(network_from_environment()->http_proxy == "http://u:1");
  {
    const ScopedVariable cgi("REQUEST_METHOD", "GET");
    CHECK(network_from_environment()->http_proxy == "socks5h://s:1080");
  }
  const ScopedVariable lower("http_proxy", "http://l:1");
  CHECK(network_from_environment()->http_proxy == "http://l:1");
  const ScopedVariable exempt("no_proxy", "a.example, .B.example\t10.0.0.0/8");
  CHECK(network_from_environment()->no_proxy == std::vector<std::string>{"a.example", ".b.example", "10.0.0.0/8"});
}

TEST_CASE("a service of this process is reached directly, whatever the environment says") {
  RawServer server, proxy;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  proxy.otherwise([](const SeenRequest&) { return answer(503, "{}"); });
  const ScopedVariable variable("http_proxy", proxy.url());
  const ScopedVariable none("NO_PROXY", std::nullopt);
  CHECK(answered(perform(get(server.url("/")))).status == 503);
  {
    const OwnService own(server.port());
    const Response response = answered(perform(get(server.url("/"))));
    CHECK(response.status == 200);
    CHECK(response.way == Way::direct);
  }
  CHECK(answered(perform(get(server.url("/")))).status == 503);
  const ScopedVariable exempt("NO_PROXY", "127.0.0.1");
  CHECK(answered(perform(get(server.url("/")))).status == 200);
}
