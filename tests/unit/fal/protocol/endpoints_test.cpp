// SPDX-License-Identifier: Apache-2.0
#include "fal/protocol/endpoints.hpp"

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;
using react1::fal::Endpoints;

namespace {

FalOptions real_service() {
  FalOptions options;
  options.key = Secret(std::string(kKey));
  return options;
}

std::string status_url(const std::string& endpoint) {
  FalOptions options = real_service();
  options.endpoint = endpoint;
  bool replaced = false;
  return Endpoints(options).checked({"ID", "", "", ""}, replaced).status_url;
}

}  // namespace

TEST_CASE("a submit goes to the full endpoint, everything after it to owner and alias alone") {
  const Endpoints endpoints(real_service());
  CHECK(endpoints.submit() == "https://queue.fal.run/fal-ai/sync-lipsync/react-1");
  CHECK(endpoints.initiate_upload() == "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3");
  bool replaced = false;
  const RequestRef request = endpoints.checked({"019a-b", "", "", ""}, replaced);
  CHECK(request.status_url == "https://queue.fal.run/fal-ai/sync-lipsync/requests/019a-b/status");
  CHECK(request.response_url == "https://queue.fal.run/fal-ai/sync-lipsync/requests/019a-b");
  CHECK(request.cancel_url == "https://queue.fal.run/fal-ai/sync-lipsync/requests/019a-b/cancel");
  CHECK_FALSE(replaced);
}

TEST_CASE("namespaces shift owner and alias by one, and old names are understood") {
  CHECK(status_url("workflows/me/flow/x") == "https://queue.fal.run/workflows/me/flow/requests/ID/status");
  CHECK(status_url("comfy/me/flow") == "https://queue.fal.run/comfy/me/flow/requests/ID/status");
  CHECK(status_url("123-name") == "https://queue.fal.run/123/name/requests/ID/status");
  for (const char* bad :
       {"", "fal-ai", "fal-ai//x", "../../x", "fal-ai/x?y", "https://evil.example/x", "workflows/me"}) {
    CAPTURE(std::string(bad));
    CHECK(thrown_by([&] { static_cast<void>(status_url(bad)); }).code() == ErrorCode::usage);
  }
}

TEST_CASE("the service's own URLs are kept, whatever their form") {
  const Endpoints endpoints(real_service());
  bool replaced = false;
  const RequestRef given{"ID", "https://queue.fal.run/a/b/c/requests/ID/status?x=y", "https://fal.run/response",
                         "https://eu.queue.fal.run/cancel"};
  const RequestRef kept = endpoints.checked(given, replaced);
  CHECK_FALSE(replaced);
  CHECK(kept.status_url == given.status_url);
  CHECK(kept.response_url == given.response_url);
  CHECK(kept.cancel_url == given.cancel_url);
}

TEST_CASE("URLs that would carry the key to a foreign host are replaced") {
  const Endpoints endpoints(real_service());
  for (const char* foreign :
       {"https://evil.example/status", "http://queue.fal.run/status", "https://queue.fal.run.evil.example/status",
        "https://queue.fal.run@evil.example/", "https://user:pw@queue.fal.run/", "https://queue.fal.run:8443/status",
        "https://evilfal.run/status", "http://127.0.0.1/status", "status", "file:///etc/passwd"}) {
    CAPTURE(std::string(foreign));
    CHECK_FALSE(endpoints.may_hold_key(foreign));
    bool replaced = false;
    const RequestRef checked = endpoints.checked({"ID", foreign, "", ""}, replaced);
    CHECK(replaced);
    CHECK(checked.status_url == "https://queue.fal.run/fal-ai/sync-lipsync/requests/ID/status");
  }
}

TEST_CASE("a gateway gets the key for itself alone") {
  FalOptions options = real_service();
  options.queue_url = "https://gateway.example:8443/fal/";
  options.rest_url = "http://127.0.0.1:99";
  const Endpoints endpoints(options);
  CHECK(endpoints.submit() == "https://gateway.example:8443/fal/fal-ai/sync-lipsync/react-1");
  CHECK(endpoints.may_hold_key("https://gateway.example:8443/x"));
  CHECK(endpoints.may_hold_key("http://127.0.0.1:99/x"));
  CHECK_FALSE(endpoints.may_hold_key("https://gateway.example/x"));
  CHECK_FALSE(endpoints.may_hold_key("http://127.0.0.1:98/x"));
  CHECK_FALSE(endpoints.may_hold_key("https://queue.fal.run/x"));
}

TEST_CASE("service URLs that cannot be used are refused before any work") {
  for (const char* bad : {"http://queue.fal.run", "queue.fal.run", "", "https://user:pw@queue.fal.run",
                          "https://queue.fal.run/?x=1", "ftp://queue.fal.run"}) {
    CAPTURE(std::string(bad));
    FalOptions options = real_service();
    options.queue_url = bad;
    CHECK(thrown_by([&] { const Endpoints endpoints(options); }).code() == ErrorCode::usage);
  }
}

TEST_CASE("files are fetched over https, and from this machine only for a service on this machine") {
  const Endpoints far(real_service());
  CHECK(far.may_transfer("https://v3b.fal.media/files/b/1/x.mp4"));
  CHECK(far.may_transfer("https://anything.example/x?sig=1"));
  CHECK_FALSE(far.may_transfer("http://anything.example/x"));
  CHECK_FALSE(far.may_transfer("http://127.0.0.1:8080/x"));
  CHECK_FALSE(far.may_transfer("https://localhost/x"));
  FalOptions options = real_service();
  options.queue_url = "http://127.0.0.1:99";
  CHECK(Endpoints(options).may_transfer("http://127.0.0.1:8080/x"));
  CHECK_FALSE(Endpoints(options).may_transfer("http://192.168.0.1/x"));
}

TEST_CASE("files of a service of the internet are not fetched from a private network, however the address is written") {
  FalOptions options;
  options.key = Secret("test-key-id:test-key-secret");
  const fal::Endpoints endpoints(options);
  CHECK(endpoints.may_transfer("https://v3b.fal.media/files/b/1/o.mp4"));
  CHECK(endpoints.may_transfer("https://8.8.8.8/o.mp4"));
  for (const char* url : {"https://0.0.0.0/o.mp4", "https://[::]/o.mp4", "https://[::ffff:127.0.0.1]/o.mp4",
                          "https://[::ffff:10.0.0.1]/o.mp4", "https://10.0.0.1/o.mp4", "https://192.168.1.1/o.mp4",
                          "https://169.254.169.254/latest", "https://172.16.0.1/o.mp4", "https://[fd00::1]/o.mp4",
                          "https://[fe80::1]/o.mp4", "https://2130706433/o.mp4", "https://127.0.0.1/o.mp4"}) {
    CAPTURE(url);
    CHECK_FALSE(endpoints.may_transfer(url));
  }
  CHECK(endpoints.reach() == http::Reach::internet);
  options.queue_url = options.rest_url = "https://gateway.corp.example";
  CHECK(fal::Endpoints(options).reach() == http::Reach::other_machines);
  CHECK(fal::Endpoints(options).may_transfer("https://10.0.0.1/o.mp4"));
  CHECK_FALSE(fal::Endpoints(options).may_transfer("https://0.0.0.0/o.mp4"));
}
