// SPDX-License-Identifier: Apache-2.0
// Uploads the two clips: each upload starts when its clip is made, in parallel with the making of the other.
#pragma once

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <react1/clip_host.hpp>
#include <react1/pipeline.hpp>
#include <react1/run_context.hpp>
#include <stop_token>
#include <string>

#include "core/own_folder.hpp"

namespace react1::stages {

/// The two clips' URLs for the service.
struct UploadedPair {
  std::string video_url, audio_url;
  /// When the first of the two URLs stops working; nullopt: no host says.
  std::optional<std::chrono::system_clock::time_point> expires{};
};

/// Whether a call sent now may find an expired URL, or one that expires within a minute: it would be paid for in vain.
[[nodiscard]] bool has_expired(const std::optional<std::chrono::system_clock::time_point>& expires) noexcept;

/// Both uploads of one job, each on its own thread. The video may start early: an upload costs nothing, so it may be
/// wasted, because the pair is rejected or was paid for before. The audio is named after its payment, and waits for it.
/// Errors and notes of an early upload are reported by finish(). start_early() may be called by any thread, all others
/// by the job's.
class PairUpload {
 public:
  /// Second names for the clips are created in `folder`, best on the clips' own file system, when needed, and removed
  /// when the uploads have ended. `host` and the context's observer must outlive this; a stop of `context` ends both.
  PairUpload(ClipHost& host, std::filesystem::path folder, const RunContext& context);
  PairUpload(const PairUpload&) = delete;
  PairUpload& operator=(const PairUpload&) = delete;
  /// As cancel().
  ~PairUpload();

  /// Uploads the video, whose content is final, though its file may be renamed meanwhile. Once.
  /// Does nothing for the audio. A clip that can't be started early is started by finish().
  void start_early(const PreparedClip& clip) noexcept;
  /// May be called again, with another token for another payment. Starts what has not been started, the audio under a
  /// name with `token` in it, and again what has expired (has_expired()), and waits for both. Reports the stage, the
  /// progress of both as one, and notes. The first failure, one of an early upload included, stops the other upload
  /// and is thrown.
  [[nodiscard]] UploadedPair finish(const Preparation& preparation, const std::string& token);
  /// Stops uploads in progress and waits for their end, 200 ms at most. Nothing can be started afterwards.
  void cancel() noexcept;

 private:
  class Leg;
  [[nodiscard]] Leg& leg_of(const PreparedClip& clip) noexcept { return clip.video ? *video_ : *audio_; }
  void start(const PreparedClip& clip, const std::filesystem::path& path, const std::string& name);
  [[nodiscard]] std::filesystem::path second_name(const std::filesystem::path& path);
  void keep_first_failure() noexcept;

  ClipHost& host_;
  const std::filesystem::path folder_;
  const RunContext context_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::exception_ptr first_failure_;    ///< guarded by mutex_
  std::optional<Workshop> names_;       ///< guarded by mutex_
  std::string token_;                   ///< the token of the last audio upload; the job's thread
  std::unique_ptr<Leg> video_, audio_;  ///< destroyed first of these: their threads use the others
  std::stop_callback<std::function<void()>> forward_;
};

}  // namespace react1::stages
