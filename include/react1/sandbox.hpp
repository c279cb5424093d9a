// SPDX-License-Identifier: Apache-2.0
// A loopback service with fal's protocol, and its renderer. It never lip-syncs; it renders timing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <react1/api.hpp>
#include <react1/output.hpp>
#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

namespace react1::REACT1_ABI {

/// How every file that the sandbox or preview() renders begins its "comment" tag, so that it is never taken for a
/// lip-synced one.
inline constexpr std::string_view kSandboxMark = "react1 sandbox";

struct SandboxOptions {
  std::uint16_t port = 0;                     ///< 0 = any free port; always bound to 127.0.0.1
  std::string directory{};                    ///< for uploads and results; empty = a temporary one, removed at the end
  std::string key{};                          ///< accept only this key; empty = any well-formed key
  std::chrono::milliseconds queue_time{100};  ///< IN_QUEUE for at least this long
  std::chrono::milliseconds inference_time{0};  ///< added to the time the rendering takes
  unsigned concurrency = 2;                     ///< maximum of concurrent requests, as for a new account; others queue
  /// False: the clips are neither fetched nor checked, and every answer names the same tiny clip; the logs say so. For
  /// load tests.
  bool render = true;
  /// A fault script as JSON text (docs/sandbox.md); empty = no faults. An invalid script is an Error{usage} that names
  /// the JSON paths.
  std::string faults{};
  std::string faults_name = "faults";  ///< name of the script in error messages
  /// Ports of this machine that clips may be fetched from and webhooks sent to, in addition to its own and those on
  /// which this process listens for reports. Other machines are never reached.
  std::vector<std::uint16_t> reachable_ports{};
  bool all_ports_reachable = false;  ///< of this machine
  /// A file to which every accepted submit and every request seen is appended as a line of JSON; empty = none.
  std::string ledger{};
};

/// A paid submit that was accepted.
struct SandboxSubmit {
  std::uint64_t number = 0;  ///< from 1, in the order of acceptance
  std::string request_id;
  /// Over the six parameters, with the bytes of clips that were uploaded here and the URLs of others: equal for equal
  /// intents.
  std::string input_sha256;
  std::string accepted_at;  ///< UTC, ISO 8601
  /// Whether the whole answer was passed to the network; nullopt while it is being sent. A server can't know whether
  /// the client received it.
  std::optional<bool> answer_delivered{};
  std::string state;  ///< "open", then "done", "failed" or "cancelled"
};

/// A request that was received, whatever its outcome.
struct SandboxRequest {
  std::string method;
  std::string route;           ///< "initiate", "upload", "part", "complete", "file", "submit", "status", …, "other"
  bool authorization = false;  ///< it carried an Authorization header
};

/// The running service. Starts in the constructor, stops in the destructor; owns its threads. Throws Error{io|usage}.
class REACT1_API Sandbox {
 public:
  explicit Sandbox(const SandboxOptions& options);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://127.0.0.1:PORT": the queue URL and the rest URL.
  [[nodiscard]] std::string url() const;
  /// "http://127.0.0.1:PORT/v1": the platform API, for FalOptions::platform_url.
  [[nodiscard]] std::string platform_url() const;
  /// The value of ServiceIdentity::sandbox for this run.
  [[nodiscard]] std::string instance() const;
  /// Paid submits accepted so far.
  [[nodiscard]] std::uint64_t accepted_submits() const noexcept;
  /// Snapshots; from any thread.
  [[nodiscard]] std::vector<SandboxSubmit> submits() const;
  [[nodiscard]] std::vector<SandboxRequest> requests() const;

 private:
  struct REACT1_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

struct PreviewResult {
  std::int64_t frames = 0;
  Rational fps = 0;
  Seconds duration_s;
  int width = 0, height = 0;
};

/// Renders what `mode` does to the timing of two clips, H.264 + AAC in MP4, no lip-sync. `output` is written under a
/// temporary name and renamed. An existing file of that name stays when the rendering is byte-identical; else
/// see OutputOptions. Throws Error{usage|media|io|interrupted}. The clips may be any that FFmpeg reads.
REACT1_API PreviewResult preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                                 const RunContext& context, const OutputOptions& options = {});

}  // namespace react1::REACT1_ABI
