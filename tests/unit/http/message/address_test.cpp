// SPDX-License-Identifier: Apache-2.0
// Where addresses lead, and that what counts is the address and not the name.
#include "http/message/address.hpp"

#include "http/policy/redirects.hpp"
#include "unit/http/support.hpp"

using namespace react1;
using namespace react1::http;
using namespace react1::test;
using Kind = TransportFailure::Kind;

TEST_CASE("an address is of the internet, of a private network or of this machine") {
  for (const char* address : {"127.0.0.1", "127.255.255.254", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1",
                              "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    CAPTURE(address);
    CHECK(place_of(address) == Place::this_machine);
  }
  for (const char* address :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "198.18.0.1", "192.0.0.1"}) {
    CAPTURE(address);
    CHECK(place_of(address) == Place::private_network);
  }
  for (const char* address : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1", "::ffff:8.8.8.8"}) {
    CAPTURE(address);
    CHECK(place_of(address) == Place::internet);
  }
  CHECK_FALSE(place_of("queue.fal.run"));
  CHECK_FALSE(place_of(""));
}

TEST_CASE("a name is judged by the address that it resolves to") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  // curl resolves every name below "localhost" to this machine; its text is no address.
  Request request = get("https://innocent.localhost:" + std::to_string(server.port()) + "/");
  SUBCASE("not to this machine") {
    request.reach = Reach::other_machines;
  }
  SUBCASE("nor to a private network") {
    request.reach = Reach::internet;
  }
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::protocol);
  CHECK_FALSE(failure.request_may_have_been_received);
  CHECK(server.connections() == 0);
}

TEST_CASE("a connection kept open by another exchange does not bypass that") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(200, "{}"); });
  CurlTransport transport("react1/test");
  Request request = get("http://innocent.localhost:" + std::to_string(server.port()) + "/");
  request.plain_http = true;
  CHECK(answered(transport.perform(request, {})).status == 200);
  request.reach = Reach::internet;
  const TransportFailure failure = failed(transport.perform(request, {}));
  CHECK(failure.kind == Kind::protocol);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("addresses are judged by their numbers, however they are written") {
  CurlTransport transport("react1/test");
  for (const char* url : {"https://0.0.0.0/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/",
                          "https://0x7f.1/", "https://10.1.2.3/", "https://169.254.169.254/", "https://[fd00::1]/",
                          "https://192.168.0.1/", "https://localhost/"}) {
    CAPTURE(url);
    Request request = get(url);
    request.reach = Reach::internet;
    const TransportFailure failure = failed(transport.perform(request, {}));
    CHECK(failure.kind == Kind::protocol);
    CHECK_FALSE(failure.request_may_have_been_received);
  }
}

TEST_CASE("a redirect leads no deeper than where it came from") {
  CHECK(reach_from("https://example.org/", Place::internet) == Reach::internet);
  CHECK(reach_from("https://example.org/", Place::private_network) == Reach::other_machines);
  CHECK(reach_from("https://example.org/", Place::this_machine) == Reach::anywhere);
  CHECK(reach_from("https://example.org/", std::nullopt) == Reach::internet);  // a proxy has resolved it
  CHECK(reach_from("https://10.0.0.1/", std::nullopt) == Reach::other_machines);
  CHECK(reach_from("http://127.0.0.1:1/", std::nullopt) == Reach::anywhere);
}
