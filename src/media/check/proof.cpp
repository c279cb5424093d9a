// SPDX-License-Identifier: Apache-2.0
#include "media/check/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <react1/error.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "core/sha256.hpp"
#include "media/stream/damage.hpp"

namespace react1::media {

void rethrow_named(const Error& error, const AtomicFile& file, const std::string& source) {
  if (error.where() != file.temporary().string()) throw;
  Error::Extra extra{.detail = error.detail(), .hint = error.hint(), .retryable = error.retryable()};
  if (dynamic_cast<const DamageFound*>(&error) != nullptr) throw DamageFound(source, error.message(), std::move(extra));
  const bool ours = error.code() == ErrorCode::io;  // a disk error is about the output path, not about the source
  throw Error(error.code(), ours ? file.final_path().string() : source, error.message(), std::move(extra));
}

void examine(PreparedClip& clip, const std::filesystem::path& path, Pictures pictures, const RunContext& context) {
  // The progress of these short readings is not reported to the caller.
  const RunContext quiet{.stop = context.stop, .job_id = context.job_id};
  // The file is in memory from having been written, so two readings cost less than synchronising one.
  std::future<std::string> sha256 = std::async(std::launch::async, sha256_file, path);
  MeasuredClip measured = measure_clip(path.string(), quiet, pictures);
  clip.measures = std::move(measured.measures);
  clip.duration_s = measured.duration_s;
  clip.video = std::move(measured.video);
  if (!clip.video) clip.audio = std::move(measured.audio);
  std::error_code error;
  clip.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (error) throw Error(ErrorCode::io, path.string(), "the written file can't be read", {.detail = error.message()});
  clip.sha256 = sha256.get();
}

std::optional<std::string> over_limit(const PreparedClip& clip, Seconds limit) {
  if (clip.measures.empty()) {
    throw Error(ErrorCode::internal, clip.path, "the length of the written file was not measured");
  }
  std::vector<std::string> over;
  for (const DurationMeasure& measure : clip.measures) {
    if (measure.duration_s > limit)
      over.push_back(fmt::format("{} gives {} s", measure.name, measure.duration_s.to_decimal(6)));
  }
  if (over.empty()) return std::nullopt;
  return fmt::format("the clip is longer than {} s: {}", limit.to_decimal(6), fmt::join(over, ", "));
}

void hand_on(PreparedClip& clip, AtomicFile& file, ClipAction action, Seconds start_s, Seconds end_s,
             const RunContext& context) {
  context.throw_if_stopped();
  file.commit();
  clip.path = file.final_path().string();
  clip.action = action;
  clip.window_start_s = start_s;
  clip.window_end_s = std::min(end_s, start_s + clip.duration_s);
}

}  // namespace react1::media
