// preview(): the renderer without the service.
#include <filesystem>

#include <react1/sandbox.hpp>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "http/ranged_file.hpp"
#include "sandbox/render.hpp"

namespace react1 {

namespace {

PreviewResult render_preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                             const RunContext& context) {
  http::use_for_remote_files();
  AtomicFile file{output};
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
  file.commit();
  return {.frames = facts.frames,
          .fps = facts.fps,
          .duration_s = facts.duration_s,
          .width = facts.width,
          .height = facts.height};
}

}  // namespace

PreviewResult preview(const Source& video, const Source& audio, LipsyncMode mode, const std::string& output,
                      const RunContext& context) {
  return at_boundary("preview", [&] { return render_preview(video, audio, mode, output, context); });
}

}  // namespace react1
