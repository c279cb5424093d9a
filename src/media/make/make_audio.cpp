// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/atomic_file.hpp"
#include "media/check/proof.hpp"
#include "media/make/copy.hpp"
#include "media/make/make_clip.hpp"
#include "media/sound/audio_analysis.hpp"
#include "media/sound/audio_encoder.hpp"
#include "media/sound/sample_source.hpp"
#include "media/stream/muxer.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

constexpr std::int64_t mp3_frame = 1152;
constexpr int most_levellings = 3;  ///< the first is within 0.1 unless a peak prevents it

/// A plan to copy holds all samples; encoded, one frame goes to the Xing/LAME tag and one to the encoder's padding.
AudioPlan encoding_instead(AudioPlan plan, Seconds limit) {
  const std::int64_t frames = (limit * plan.sample_rate / mp3_frame).floor() - 2;
  plan.samples = std::clamp<std::int64_t>(plan.samples, 1, std::max<std::int64_t>(frames, 1) * mp3_frame);
  plan.action = ClipAction::transcode;
  return plan;
}

void transcode(const ClipInput& input, const AudioPlan& plan, const std::filesystem::path& file,
               const RunContext& context) {
  SampleSource samples(input, plan, context);
  AudioEncoder encoder(plan, input.info.path);
  Muxer muxer(file, Container::mp3);
  muxer.add_stream(*encoder.parameters(), encoder.context().time_base);
  muxer.start(/*reordered=*/false);
  const AudioEncoder::Sink write = [&](AVPacket& packet) { muxer.write(packet); };
  std::int64_t done = 0;
  while (const ff::Frame frame = samples.next(encoder.frame_size())) {
    context.throw_if_stopped();
    done += frame->nb_samples;
    encoder.encode(*frame, write);
    context.observer->on_progress({Stage::prepare, done, plan.samples, "samples"});
  }
  encoder.finish(write);
  muxer.finish();
  if (samples.padded() > 0) {
    context.observer->on_note(
        {Note::Level::info, "audio_padded",
         fmt::format("The sound is {} samples shorter than its file says; silence fills them.", samples.padded())});
  }
}

void make(const ClipInput& input, const AudioPlan& plan, const std::filesystem::path& file, const RunContext& context) {
  switch (plan.action) {
    case ClipAction::passthrough:
      copy_bytes(input, file, context);
      return;
    case ClipAction::remux:
    case ClipAction::cut:
      copy_audio_packets(input, plan, file, context);
      return;
    case ClipAction::transcode:
      transcode(input, plan, file, context);
      return;
  }
  throw Error(ErrorCode::internal, input.source.name(), "the plan asks for something that is never planned for sound");
}

/// Corrects the treatment where the encoder missed the target; true then. A lossy encoder changes
/// the loudness (LAME by half a decibel at 128 kbit/s) and raises peaks; only the made clip shows by how much.
bool level_again(AudioPlan& plan, const SoundTreatment& asked, const PreparedClip& clip,
                 const std::filesystem::path& file, const RunContext& context) {
  constexpr double close_enough = 0.1;  // LU
  constexpr double margin = 0.05;       // dB below the ceiling, so that one correction is enough
  if (plan.action != ClipAction::transcode || !asked.ceiling_dbtp || !clip.audio) return false;
  const SoundLevels levels = analyze_clip(file.string(), *clip.audio, AnalysisOptions{}, context).levels;
  if (!levels.true_peak_dbtp || (asked.target_lufs && !levels.integrated_lufs)) return false;
  const double too_quiet = asked.target_lufs ? *asked.target_lufs - *levels.integrated_lufs : 0;
  const double too_high = *levels.true_peak_dbtp - *asked.ceiling_dbtp;
  if (std::abs(too_quiet) <= close_enough && too_high <= 0) return false;
  plan.treatment.gain_db += too_quiet;
  if (too_high > 0) plan.treatment.ceiling_dbtp = *plan.treatment.ceiling_dbtp - too_high - margin;
  return true;
}

/// Why a copy differs from its source; nullopt when it doesn't.
std::optional<std::string> wrong_count(const PreparedClip& clip, const AudioPlan& plan) {
  if (plan.action != ClipAction::remux && plan.action != ClipAction::cut) return std::nullopt;
  if (!clip.audio || clip.audio->samples == plan.samples) return std::nullopt;
  return fmt::format("the clip holds {} samples, not {}", clip.audio->samples, plan.samples);
}

void require_as_planned(const PreparedClip& clip, const AudioPlan& plan, const std::string& name) {
  if (!clip.audio) throw Error(ErrorCode::internal, name, "the written file holds no sound");
  if (plan.action == ClipAction::transcode && clip.audio->samples != plan.samples) {
    throw Error(ErrorCode::internal, name,
                fmt::format("the written file holds {} samples, not {}", clip.audio->samples, plan.samples));
  }
}

}  // namespace

PreparedClip make_audio(const ClipInput& input, const AudioPlan& plan, const std::filesystem::path& output,
                        Seconds limit, const RunContext& context) {
  context.throw_if_stopped();
  AtomicFile file(output);
  AudioPlan chosen = plan;
  PreparedClip clip;
  clip.reasons = plan.reasons;
  int levelled = 0;
  for (;;) {
    try {
      make(input, chosen, file.temporary(), context);
      examine(clip, file.temporary(), Pictures::counted, context);
    } catch (const Error& error) {
      rethrow_named(error, file, input.info.path);
    }
    std::optional<std::string> flaw = over_limit(clip, limit);
    if (!flaw) flaw = wrong_count(clip, chosen);
    if (!flaw) {
      if (levelled < most_levellings && level_again(chosen, plan.treatment, clip, file.temporary(), context)) {
        ++levelled;
        continue;
      }
      break;
    }
    if (chosen.action == ClipAction::transcode || !chosen.may_encode) {
      throw Error(ErrorCode::media, input.info.path, *flaw, {.hint = "choose a shorter window with --audio-duration"});
    }
    clip.reasons.push_back("Copied, " + *flaw + ".");
    chosen = encoding_instead(chosen, limit);
  }
  require_as_planned(clip, chosen, input.info.path);
  hand_on(clip, file, chosen.action, chosen.start_s, chosen.end_s, context);
  return clip;
}

}  // namespace react1::media
