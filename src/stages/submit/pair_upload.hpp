// SPDX-License-Identifier: Apache-2.0
// The way of the two clips to the service: each goes up from the moment it is made, beside the making of the other.
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

/// Where the two clips are for the service.
struct UploadedPair {
  std::string video_url, audio_url;
  /// When the first of the two URLs stops working; nullopt: no host says.
  std::optional<std::chrono::system_clock::time_point> expires{};
};

/// Whether a call that leaves now may find a URL that has ended, or ends within a minute: it would be paid for nothing.
[[nodiscard]] bool has_expired(const std::optional<std::chrono::system_clock::time_point>& expires) noexcept;

/// Both uploads of one job, each on a thread of its own. The picture may start early: an upload costs nothing, so it
/// may turn out to be in vain, because the pair is held back or was paid for before. The voice is named by the payment
/// that it is for, and waits for it. What they meet, good or bad, is told by finish() alone. start_early() may be
/// called by any thread, everything else by the job's.
class PairUpload {
 public:
  /// In `folder`, best on the clips' own file system, second names for them are made when needed, and gone when the
  /// uploads have ended. `host` and the context's observer outlive this; a stop of `context` ends both uploads.
  PairUpload(ClipHost& host, std::filesystem::path folder, const RunContext& context);
  PairUpload(const PairUpload&) = delete;
  PairUpload& operator=(const PairUpload&) = delete;
  /// As abandon().
  ~PairUpload();

  /// Sends the picture, whose content will not change any more, though its file may get another name meanwhile. Once.
  /// Does nothing for the voice. A clip that can't be started early is started by finish().
  void start_early(const PreparedClip& clip) noexcept;
  /// May be called again, with another token for another payment. Starts what is not on its way yet, the voice under a
  /// name with `token` in it, and again what has expired (has_expired()), and waits for both. Reports the stage, the
  /// progress of both as one, and notes. The first failure, an early one included, stops the other upload and is what
  /// is thrown.
  [[nodiscard]] UploadedPair finish(const Preparation& preparation, const std::string& token);
  /// Stops what is on its way and waits for its end, 200 ms at most. Nothing can be started afterwards.
  void abandon() noexcept;

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
  std::string token_;                   ///< what the voice was last sent for; the job's thread
  std::unique_ptr<Leg> video_, audio_;  ///< destroyed first of these: their threads use the others
  std::stop_callback<std::function<void()>> forward_;
};

}  // namespace react1::stages
