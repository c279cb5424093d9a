// SPDX-License-Identifier: Apache-2.0
// Both hosts that there are, the product's and the one of the tests, keep one contract.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <react1/fal.hpp>

#include "core/atomic_file.hpp"
#include "support/presigned_host.hpp"
#include "unit/hosts/clip_host_contract.hpp"
#include "unit/hosts/fal/storage_service.hpp"

using namespace react1;
using namespace react1::test;

namespace {

class FalPlace final : public HostPlace {
 public:
  FalPlace() { storage_.shows_whole = true; }
  ClipHost& host() override {
    if (!client_) {
      FalOptions options = options_for(server_);
      options.retry.base_delay = std::chrono::milliseconds(1);
      options.upload.memory = (folder_.path() / "uploads.sqlite").string();
      client_.emplace(options);
    }
    return client_->clip_host();
  }
  void restart() override { client_.reset(); }
  [[nodiscard]] const RawServer& http() const override { return server_; }
  void lose_files() override { storage_.lose_files(); }
  void on_put(std::function<std::optional<std::string>()> act) override {
    storage_.fault = [act = std::move(act)](const SeenRequest& request) {
      return request.method == "PUT" ? act() : std::nullopt;
    };
  }
  [[nodiscard]] std::string secret() const override { return std::string(kKey); }

 private:
  TemporaryDirectory folder_;
  RawServer server_;
  StorageService storage_{server_};
  std::optional<FalClient> client_;
};

class PresignedPlace final : public HostPlace {
 public:
  ClipHost& host() override {
    if (!host_) host_.emplace(server_, (folder_.path() / "uploads.sqlite").string());
    return *host_;
  }
  void restart() override { host_.reset(); }
  [[nodiscard]] const RawServer& http() const override { return server_.http(); }
  void lose_files() override { server_.lose_objects(); }
  void on_put(std::function<std::optional<std::string>()> act) override {
    server_.on_put = [act = std::move(act)](const std::string&) { return act(); };
  }
  [[nodiscard]] std::string secret() const override { return server_.token().expose(); }

 private:
  TemporaryDirectory folder_;
  PresignedServer server_;
  std::optional<PresignedHost> host_;
};

}  // namespace

TEST_CASE("the service's own storage keeps the contract of every clip host") {
  run_host_contract([] { return std::make_unique<FalPlace>(); });
}

TEST_CASE("a host with presigned URLs keeps the contract of every clip host") {
  run_host_contract([] { return std::make_unique<PresignedPlace>(); });
}

TEST_CASE("uploads to one host are not taken for uploads to another, in one memory and with one secret") {
  const TemporaryDirectory folder;
  const std::string file = (folder.path() / "uploads.sqlite").string();
  const FakeClock clock;
  const auto memory_of = [&](const char* host) {
    return hosts::UploadMemory::open(
        {.file = file, .secret = Secret("s"), .host = host, .assumed_life = std::chrono::hours(24)}, clock);
  };
  const hosts::Content content{std::string(64, 'a'), 5, "video/mp4"};
  memory_of("one")->remember(content, "https://one.example/clip", clock.wall());
  CHECK(memory_of("one")->find(content));
  CHECK_FALSE(memory_of("two")->find(content));
}

TEST_CASE("the end of an upload is told by its URL or by the life that was asked for, and by neither when it is new") {
  const auto day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 27);
  const std::string named = "https://h.example/c?X-Amz-Date=20261127T000000Z&X-Amz-Expires=7200&X-Amz-Signature=0";
  using namespace std::chrono_literals;
  CHECK(hosts::known_end(named, std::nullopt, day) == day + 2h);
  CHECK(hosts::known_end(named, 1h, day) == day + 1h);
  CHECK(hosts::known_end("https://h.example/c", 3h, day) == day + 3h);
  CHECK_FALSE(hosts::known_end("https://h.example/c", std::nullopt, day));
}

TEST_CASE("a PUT that is refused as expired gets a new URL, and not for ever") {
  PresignedServer server;
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "clip.mp4").string();
  write_file_atomically(path, "clip");
  PresignedHost host(server, /*memory=*/{});
  server.stale_put_urls = 2;
  const HostedClip hosted = host.upload({path, "video/mp4"}, {});
  CHECK(server.objects().size() == 1);
  CHECK(server.http().count("POST", "/sign") == 3);
  CHECK(server.http().count("PUT") == 3);
  REQUIRE(hosted.expires);
  CHECK(*hosted.expires > std::chrono::system_clock::now() + std::chrono::hours(23));
  server.stale_put_urls = 99;
  const Error error = thrown_by([&] { static_cast<void>(host.upload({path, "video/mp4"}, {})); });
  CHECK(error.code() == ErrorCode::refused);
  CHECK(error.detail().find("Request has expired") != std::string::npos);
  CHECK(server.http().count("PUT") == 6);
}
