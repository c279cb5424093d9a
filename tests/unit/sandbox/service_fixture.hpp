// SPDX-License-Identifier: Apache-2.0
// A running sandbox and the few calls that tests make on it, by plain curl.
#pragma once

#include <string>
#include <string_view>

#include <react1/sandbox.hpp>

#include "core/json_text.hpp"
#include "support/http_client.hpp"

namespace react1::test {

struct SandboxClient {
  explicit SandboxClient(SandboxOptions options = {.queue_time = std::chrono::milliseconds{0}});

  Sandbox sandbox;
  std::string key = "id:secret";

  [[nodiscard]] HttpResponse call(const std::string& method, const std::string& path_or_url, std::string body = {});
  /// Uploads a local file and returns its URL; fails the test when the service does not take it.
  [[nodiscard]] std::string upload(const std::string& path, const std::string& content_type);
  [[nodiscard]] HttpResponse submit(const Json& body);
  [[nodiscard]] static Json input(const std::string& video_url, const std::string& audio_url,
                                  std::string_view mode = "cut_off");
  /// Submits, polls to the end and returns the result's answer; fails the test when the submit is refused.
  [[nodiscard]] HttpResponse run(const Json& body);
  /// Polls until COMPLETED and returns that status.
  [[nodiscard]] Json wait(const std::string& status_url);
};

[[nodiscard]] Json json_of(const HttpResponse& response);
/// The first entry of a 422's list.
[[nodiscard]] Json first_problem(const HttpResponse& response);

}  // namespace react1::test
