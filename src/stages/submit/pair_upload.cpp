// SPDX-License-Identifier: Apache-2.0
#include "stages/submit/pair_upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <react1/error.hpp>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/log.hpp"

namespace react1::stages {
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kBetweenReports{100};
constexpr std::chrono::minutes kLeastLife{1};

}  // namespace

/// One clip's upload and its reports. Its thread writes, the job's reads: `sent` at any time, the rest after its end.
class PairUpload::Leg final : public Observer {
 public:
  void on_progress(const Progress& progress) override { sent_ = progress.done; }
  void on_note(const Note& note) override { notes_.push_back(note); }

  template <class Work>
  void start(Work work) {
    clip_ = std::async(std::launch::async, std::move(work)).share();
  }
  [[nodiscard]] bool is_started() const noexcept { return clip_.valid(); }
  [[nodiscard]] bool ends_within(std::chrono::milliseconds patience) const {
    return clip_.wait_for(patience) == std::future_status::ready;
  }
  void wait() const noexcept {
    if (is_started()) clip_.wait();
  }
  [[nodiscard]] std::int64_t sent() const noexcept { return sent_; }
  [[nodiscard]] const std::vector<Note>& notes() const noexcept { return notes_; }
  [[nodiscard]] const HostedClip& clip() const { return clip_.get(); }
  /// It has succeeded, and has expired since.
  [[nodiscard]] bool is_stale() const {
    if (!is_started() || !ends_within(std::chrono::milliseconds(0))) return false;
    try {
      return has_expired(clip().expires);
    } catch (...) {  // finish() reports its failure
      return false;
    }
  }

 private:
  std::atomic<std::int64_t> sent_ = 0;
  std::vector<Note> notes_;
  std::shared_future<HostedClip> clip_;
};

bool has_expired(const std::optional<std::chrono::system_clock::time_point>& expires) noexcept {
  return expires && *expires <= system_clock().wall() + kLeastLife;
}

PairUpload::PairUpload(ClipHost& host, fs::path folder, const RunContext& context)
    : host_(host),
      folder_(std::move(folder)),
      context_(context),
      video_(std::make_unique<Leg>()),
      audio_(std::make_unique<Leg>()),
      forward_(context.stop, [this] { stop_.request_stop(); }) {}

PairUpload::~PairUpload() {
  cancel();
}

void PairUpload::start_early(const PreparedClip& clip) noexcept {
  if (!clip.video) return;
  try {
    start(clip, second_name(clip.path), /*name=*/{});
  } catch (const std::exception& error) {  // no second name or no thread: it is uploaded with the other, later
    log::debug("upload", fmt::format("{} is not uploaded early: {}", clip.path, error.what()));
  }
}

UploadedPair PairUpload::finish(const Preparation& preparation, const std::string& token) {
  context_.observer->on_stage(Stage::upload);
  if (!token_.empty() && token_ != token) audio_ = std::make_unique<Leg>();  // it belongs to another payment now
  token_ = token;
  for (auto* leg : {&video_, &audio_}) {
    if ((*leg)->is_stale()) *leg = std::make_unique<Leg>();
  }
  for (const PreparedClip* clip : {&preparation.video, &preparation.audio}) {
    if (!leg_of(*clip).is_started()) start(*clip, clip->path, clip->video ? std::string() : token + ".mp3");
  }
  const std::int64_t total = preparation.video.bytes + preparation.audio.bytes;
  std::int64_t reported = -1;
  for (const Leg* leg : {video_.get(), audio_.get()}) {
    while (!leg->ends_within(kBetweenReports)) {
      const std::int64_t sent = std::min(video_->sent() + audio_->sent(), total);
      if (std::exchange(reported, sent) != sent) {
        context_.observer->on_progress({Stage::upload, sent, total, "bytes"});
      }
    }
  }
  names_.reset();  // both have ended; waiting for the result must not keep them
  if (first_failure_) std::rethrow_exception(first_failure_);
  for (const Leg* leg : {video_.get(), audio_.get()}) {
    for (const Note& note : leg->notes()) context_.observer->on_note(note);
  }
  context_.observer->on_progress({Stage::upload, total, total, "bytes"});
  const HostedClip &video = video_->clip(), &audio = audio_->clip();
  UploadedPair pair{video.url, audio.url, video.expires};
  if (audio.expires && (!pair.expires || *audio.expires < *pair.expires)) pair.expires = audio.expires;
  return pair;
}

void PairUpload::cancel() noexcept {
  stop_.request_stop();
  video_->wait();
  audio_->wait();
  names_.reset();
}

void PairUpload::start(const PreparedClip& clip, const fs::path& path, const std::string& name) {
  Leg& leg = leg_of(clip);
  leg.start(
      [this, &leg, path = path.string(), type = clip.video ? "video/mp4" : "audio/mpeg", sha256 = clip.sha256, name] {
        const log::Scope scope(context_.job_id);
        try {
          log::debug("upload", fmt::format("uploading {} to {}", path, host_.identity()));
          return host_.upload({path, type, sha256, name}, {stop_.get_token(), &leg, context_.job_id});
        } catch (...) {  // passed to finish()
          keep_first_failure();
          stop_.request_stop();
          throw;
        }
      });
}

/// An upload opens its file again for each part and each attempt, so it needs a stable name.
fs::path PairUpload::second_name(const fs::path& path) {
  const std::lock_guard lock(mutex_);
  if (!names_) names_.emplace(folder_);
  fs::path name = names_->path() / path.filename();
  fs::create_hard_link(path, name);
  return name;
}

void PairUpload::keep_first_failure() noexcept {
  const std::lock_guard lock(mutex_);
  if (!first_failure_) first_failure_ = std::current_exception();
}

}  // namespace react1::stages
