// A loopback service that speaks fal's protocol, and its renderer. It never lip-syncs; it renders timing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <react1/plan.hpp>
#include <react1/run_context.hpp>
#include <react1/source.hpp>

namespace react1 {

/// How every file that the sandbox or preview() renders begins its "comment" tag, so that it is never taken for a
/// lip-synced one.
inline constexpr std::string_view kSandboxMark = "react1 sandbox";

struct SandboxOptions {
  std::uint16_t port = 0;                     ///< 0 = any free port; always bound to 127.0.0.1
  std::string directory{};                    ///< for uploads and results; empty = a temporary one, removed at the end
  std::string key{};                          ///< accept only this key; empty = any well-formed key
  std::chrono::milliseconds queue_time{100};  ///< IN_QUEUE for at least this long
  std::chrono::milliseconds inference_time{0};  ///< added to the time the rendering takes
};

/// The running service. Starts in the constructor, stops in the destructor; owns its threads. Throws Error{io}.
class Sandbox {
 public:
  explicit Sandbox(SandboxOptions options);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// "http://127.0.0.1:PORT": serves as queue and as rest URL.
  [[nodiscard]] std::string url() const;
  /// Paid submits accepted so far.
  [[nodiscard]] std::uint64_t accepted_submits() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct PreviewResult {
  std::int64_t frames = 0;
  Rational fps = 0;
  Seconds duration_s;
  int width = 0, height = 0;
};

/// Renders what `mode` does to the timing of two clips, H.264 + AAC in MP4, no lip-sync. `output` is written under a
/// temporary name and renamed. Throws Error{media|io|interrupted}. The clips may be any that FFmpeg reads.
PreviewResult preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                      const RunContext& context);

}  // namespace react1
