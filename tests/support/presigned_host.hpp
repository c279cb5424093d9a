// SPDX-License-Identifier: Apache-2.0
// A second host for clips, S3-style: a signer hands out PUT and GET URLs with a signature and an end. For tests only;
// it proves that the port for hosts is one, and is an example of a host.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <react1/clip_host.hpp>
#include <react1/secret.hpp>
#include <string>
#include <vector>

#include "hosts/common/careful_upload.hpp"
#include "http/engine/curl_transport.hpp"
#include "support/raw_server.hpp"

namespace react1::test {

/// The signer and the store, on loopback. Thread-safe. `POST /sign` with its token gives put_url and get_url; each is
/// good for its method, its object and its time only.
class PresignedServer {
 public:
  PresignedServer();

  [[nodiscard]] const RawServer& http() const noexcept { return server_; }
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] Secret token() const { return Secret("presigned-token"); }
  /// Objects that were put whole, by their path.
  [[nodiscard]] std::map<std::string, std::string> objects() const;
  void lose_objects();

  std::atomic<int> stale_put_urls = 0;      ///< so many of the next PUT URLs have ended when they are handed out
  std::atomic<int> get_life_s = 24 * 3600;  ///< of GET URLs
  /// Called when a PUT with a good URL has arrived whole; an answer takes the place of storing it. Set before use.
  std::function<std::optional<std::string>(const std::string& path)> on_put;

 private:
  [[nodiscard]] std::string serve(const SeenRequest& request);
  [[nodiscard]] std::string sign(const SeenRequest& request);
  [[nodiscard]] std::string url_for(const std::string& method, const std::string& path,
                                    std::chrono::system_clock::time_point begin, int life_s) const;
  [[nodiscard]] std::optional<std::string> refusal(const SeenRequest& request, const std::string& path) const;

  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  int signed_ = 0;
  RawServer server_;  // last: its threads use the others
};

/// The client's side.
class PresignedHost final : public ClipHost, private hosts::FileStore {
 public:
  /// `memory`: SQLite file for uploads; empty: none. What `server` says of itself is copied.
  PresignedHost(const PresignedServer& server, std::string memory);

  [[nodiscard]] std::string identity() const override { return "presigned " + url_; }
  [[nodiscard]] HostedClip upload(const ClipFile& clip, const RunContext& context) override;

 private:
  struct Signed {
    std::string put_url, get_url;
  };
  [[nodiscard]] std::string send(const hosts::LocalFile& file, const RunContext& context) override;
  [[nodiscard]] std::optional<http::Request> reading(const std::string& url) const override;
  [[nodiscard]] Signed sign(const hosts::LocalFile& file, const RunContext& context);
  [[nodiscard]] http::Response put(const std::string& url, const hosts::LocalFile& file, const RunContext& context);
  [[nodiscard]] http::RetryContext retry() const { return {retry_, system_clock(), dice_}; }

  const std::string url_;
  const Secret token_;
  const RetryOptions retry_{.attempts = 3, .base_delay = std::chrono::milliseconds(1)};
  const http::Dice dice_ = http::system_dice();
  http::CurlTransport transport_{"react1/test"};
  std::unique_ptr<hosts::UploadMemory> memory_;
};

}  // namespace react1::test
