#include "stages/submit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/log.hpp"
#include "stages/budget.hpp"
#include "stages/grace_stop.hpp"
#include "stages/side_by_side.hpp"

namespace react1::stages {
namespace {

// With the transport's own wake-up this keeps the answer to Ctrl-C within 200 ms, and lets most calls come home.
constexpr std::chrono::milliseconds kGrace{120};

/// Compare-and-set that must succeed: this process is the one that moved the job here.
void move(JobStore& jobs, Job& job, JobState from, JobState to) {
  if (!jobs.move(job, from, to)) {
    throw Error(ErrorCode::internal, job.id,
                fmt::format("the job is no longer \"{}\": another process has moved it", to_string(from)));
  }
  job.state = to;
}

/// Where a job belongs after its paid call failed. A stop in the middle of the call is no answer either.
JobState state_after(const Error& error) {
  switch (error.code()) {
    case ErrorCode::outcome_unknown:
    case ErrorCode::interrupted:
    case ErrorCode::internal:
      return JobState::outcome_unknown;
    case ErrorCode::refused:
      return JobState::failed;
    default:
      return JobState::created;
  }
}

/// Tells of both uploads as one: its own progress and what the other one has sent meanwhile.
class SumOfTwo final : public Observer {
 public:
  SumOfTwo(Observer& out, std::int64_t total) : out_(out), total_(total) {}
  void on_progress(const Progress& progress) override {
    own_ = progress.done;
    out_.on_progress({progress.stage, std::min(own_ + other_, total_), total_, progress.unit});
  }
  void on_note(const Note& note) override { out_.on_note(note); }
  /// From the other one's thread.
  void other(std::int64_t done) noexcept { other_ = done; }

 private:
  Observer& out_;
  const std::int64_t total_;
  std::int64_t own_ = 0;
  std::atomic<std::int64_t> other_ = 0;
};

/// The other upload, on its own thread: its progress is added up, its notes wait for the caller's thread.
class OtherUpload final : public Observer {
 public:
  explicit OtherUpload(SumOfTwo& sum) : sum_(sum) {}
  void on_progress(const Progress& progress) override { sum_.other(progress.done); }
  void on_note(const Note& note) override { notes.push_back(note); }
  std::vector<Note> notes;

 private:
  SumOfTwo& sum_;
};

}  // namespace

UploadedPair upload_pair(const Preparation& preparation, Service& service, const RunContext& context) {
  context.observer->on_stage(Stage::upload);
  const PreparedClip& video = preparation.video;
  const PreparedClip& audio = preparation.audio;
  const std::int64_t total = video.bytes + audio.bytes;
  SumOfTwo sum(*context.observer, total);
  OtherUpload other(sum);
  auto [video_url, audio_url] = side_by_side(
      {context.stop, &sum, context.job_id},
      [&](const RunContext& here) { return service.client.upload(video.path, "video/mp4", here, video.sha256); },
      [&](const RunContext& there) {
        const RunContext told{there.stop, &other, there.job_id};
        return service.client.upload(audio.path, "audio/mpeg", told, audio.sha256);
      });
  for (const Note& note : other.notes) context.observer->on_note(note);
  context.observer->on_progress({Stage::upload, total, total, "bytes"});
  return {std::move(video_url), std::move(audio_url)};
}

Job submit_once(Job job, const Parameters& parameters, const UploadedPair& pair, const Budget& budget, Service& service,
                const RunContext& context) {
  context.throw_if_stopped();
  context.observer->on_stage(Stage::submit);
  leave(job, budget, service.jobs, system_clock().wall());
  try {
    const GraceStop grace(context.stop, kGrace);
    job.request = service.client.submit(parameters, pair.video_url, pair.audio_url,
                                        RunContext{grace.token(), context.observer, context.job_id});
  } catch (const Error& error) {
    job.error = error.what();
    const JobState next = state_after(error);
    move(service.jobs, job, JobState::submitting, next);
    if (next == JobState::outcome_unknown && error.code() == ErrorCode::interrupted) {
      throw Error(
          ErrorCode::interrupted, job.id, "stopped while the paid call was under way; its outcome is unknown",
          {.hint =
               "nothing is sent again by itself; `react1 jobs resolve " + job.id +
               "` tells what came of it, or the same command with --again pays (a second time, if it was accepted)"});
    }
    throw;
  }
  move(service.jobs, job, JobState::submitting, JobState::submitted);
  log::info("submit", fmt::format("request {} accepted", job.request.request_id));
  context.observer->on_request(job.request.request_id);
  return job;
}

}  // namespace react1::stages
