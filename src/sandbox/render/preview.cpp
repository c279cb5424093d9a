// SPDX-License-Identifier: Apache-2.0
// preview(): the renderer without the service.
#include <filesystem>
#include <string>

#include <react1/error.hpp>
#include <react1/sandbox.hpp>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/part_file.hpp"
#include "core/sha256.hpp"
#include "http/remote/ranged_file.hpp"
#include "media/stream/file_comment.hpp"
#include "sandbox/render/preview.hpp"
#include "sandbox/render/render.hpp"

namespace react1::REACT1_ABI {
namespace {

[[noreturn]] void refuse(const OutputPlace& place, const char* why) {
  throw Error(ErrorCode::usage, place.named.string(), why,
              {.hint = "name another output, or replace it with --overwrite"});
}

/// Only a rendering of ours can be the same. Whether it is, the comparison with the new one shows.
void require_rendering(const OutputPlace& place, const RunContext& context) {
  if (!place.existing) return;
  std::string comment;
  try {
    comment = media::file_comment(place.file.string(), context);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
  }
  if (!comment.starts_with(kSandboxMark)) refuse(place, "exists, is not a rendering of react1, and is not replaced");
}

}  // namespace
}  // namespace react1::REACT1_ABI

namespace react1::sandbox {

OutputPlace look_at_preview(const std::string& output, const std::vector<Source>& inputs, const OutputOptions& options,
                            const RunContext& context) {
  OutputPlace place = look_at_output(output);
  for (const Source& input : inputs) {
    if (!input.is_file(place.file)) continue;
    throw Error(ErrorCode::usage, output, "the output would replace an input", {.hint = "name another output"});
  }
  if (!options.overwrite) require_rendering(place, context);
  sweep_parts(place.file.parent_path());
  const AtomicFile writable(place, Existing::keep);  // checks the folder; removed again at once
  return place;
}

}  // namespace react1::sandbox

namespace react1::REACT1_ABI {
namespace {

PreviewResult render_preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                             const RunContext& context, const OutputOptions& options) {
  http::use_for_remote_files();
  const OutputPlace place = sandbox::look_at_preview(output, {video, audio}, options, context);
  AtomicFile file(place, options.overwrite ? Existing::replace : Existing::replace_unchanged);
  context.observer->on_stage(Stage::probe);
  sandbox::RenderJob job;
  job.video = video;
  job.audio = audio;
  job.video_facts = sandbox::decode_video_facts(video, context);
  job.audio_facts = sandbox::decode_audio_facts(audio, context);
  job.mode = mode;
  job.output = file.temporary().string();
  job.scratch = file.temporary().parent_path().empty() ? std::filesystem::path{"."} : file.temporary().parent_path();
  context.observer->on_stage(Stage::prepare);
  sandbox::render(job, context);
  const auto facts = sandbox::read_back(job.output, context);
  const bool is_judged = place.existing && !options.overwrite;
  if (is_judged && sha256_file(job.output) != sha256_file(place.file)) {
    refuse(place, "exists, is another rendering, and is not replaced");
  }
  if (!is_judged) file.commit();
  return {.frames = facts.frames,
          .fps = facts.fps,
          .duration_s = facts.duration_s,
          .width = facts.width,
          .height = facts.height};
}

}  // namespace

PreviewResult preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                      const RunContext& context, const OutputOptions& options) {
  return at_boundary("preview", [&] { return render_preview(video, audio, mode, output, context, options); });
}

}  // namespace react1::REACT1_ABI
