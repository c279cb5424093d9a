// SPDX-License-Identifier: Apache-2.0
// The public client against a small service, from upload to file.
#include <thread>

#include "unit/fal/support.hpp"

using namespace react1;
using namespace react1::test;

namespace {

/// A service that does everything right.
std::string good_service(const RawServer& server, const SeenRequest& request) {
  const std::string base = "/fal-ai/sync-lipsync/requests/r-9";
  if (request.target.starts_with("/storage/"))
    return answer(
        200, R"({"upload_url":")" + server.url("/put?sig=1") + R"(","file_url":")" + server.url("/files/in") + "\"}");
  if (request.target.starts_with("/put")) return answer(200, "{}");
  if (request.method == "POST")
    return answer(200, R"({"request_id":"r-9","status":"IN_QUEUE","status_url":")" + server.url(base + "/status") +
                           R"(","response_url":")" + server.url(base) + R"(","cancel_url":")" +
                           server.url(base + "/cancel") + "\"}");
  if (request.target.starts_with(base + "/status")) return answer(200, R"({"status":"COMPLETED"})");
  if (request.target == base) return answer(200, R"({"video":{"url":")" + server.url("/files/out") + "\"}}");
  if (request.target == "/files/out")
    return answer(200,
                  std::string("\0\0\0\x20"
                              "ftyp",
                              8),
                  "video/mp4");
  if (request.target == "/files/in") return answer(206, "c", "video/mp4", "Content-Range: bytes 0-0/4\r\n");
  return answer(404, R"({"status":"NOT_FOUND"})");
}

}  // namespace

TEST_CASE("a job goes from upload to file, and only the service sees the key") {
  const TemporaryDirectory folder;
  const std::string clip = (folder.path() / "video.mp4").string();
  write_file_atomically(clip, "clip");
  RawServer server;
  server.otherwise([&server](const SeenRequest& request) { return good_service(server, request); });
  FalClient client(options_for(server));
  Notebook notebook;
  const RunContext context{{}, &notebook, "job"};
  const std::string url = client.upload(clip, "video/mp4", context);
  const RequestRef request = client.submit({}, url, url, context);
  CHECK(request.request_id == "r-9");
  CHECK(client.status(request, context).state == QueueStatus::State::completed);
  CHECK(client.wait(request, context).state == QueueStatus::State::completed);
  const ResultVideo result = client.result(request, context);
  FalClient moved(std::move(client));
  moved.download(result, (folder.path() / "out").string(), context);
  CHECK(std::filesystem::file_size(folder.path() / "out") == 8);
  CHECK(moved.cancel(request, context) == CancelOutcome::not_found);
  for (const SeenRequest& seen : server.requests()) {
    const bool api = !seen.target.starts_with("/put") && !seen.target.starts_with("/files");
    CAPTURE(seen.target);
    CHECK(seen.has("authorization") == api);
    CHECK(seen.header("user-agent").starts_with("react1/"));
  }
}

TEST_CASE("a stop in the middle of waiting names the request") {
  Gate gate;
  RawServer server;
  server.script({step::read_request(), step::wait_for(gate)});
  FalClient client(options_for(server));
  std::stop_source stop;
  std::thread stopper([&] {
    gate.wait_until_reached();
    stop.request_stop();
  });
  RunContext context;
  context.stop = stop.get_token();
  const auto begun = std::chrono::steady_clock::now();
  const Error error = thrown_by([&] { client.wait({"r-9", "", "", ""}, context); });
  stopper.join();
  CHECK(error.code() == ErrorCode::interrupted);
  CHECK(error.request_id() == "r-9");
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST_CASE("a stop during the pause between two polls answers at once") {
  RawServer server;
  server.otherwise([](const SeenRequest&) { return answer(202, R"({"status":"IN_QUEUE"})"); });
  FalOptions options = options_for(server);
  options.poll_interval = options.poll_interval_max = std::chrono::hours(1);
  FalClient client(options);
  std::stop_source stop;
  class StopAtState final : public Observer {
   public:
    explicit StopAtState(std::stop_source& source) : source_(source) {}
    void on_note(const Note& note) override {
      if (note.code == "service_state") source_.request_stop();
    }

   private:
    std::stop_source& source_;
  } observer(stop);
  const RunContext context{stop.get_token(), &observer, ""};
  CHECK(thrown_by([&] { client.wait({"r-9", "", "", ""}, context); }).code() == ErrorCode::interrupted);
}
