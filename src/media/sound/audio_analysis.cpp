// SPDX-License-Identifier: Apache-2.0
#include "media/sound/audio_analysis.hpp"

#include <algorithm>

#include "media/sound/sample_source.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

constexpr int samples_at_once = 4096;

AudioAnalysis hear(SampleSource& samples, const AudioPlan& plan, const AnalysisOptions& wanted,
                   const RunContext& context) {
  SoundMeter meter(plan.sample_rate, plan.channels, wanted);
  while (const ff::Frame frame = samples.next(samples_at_once)) {
    context.throw_if_stopped();
    meter.add(*frame);
  }
  return meter.finish();
}

}  // namespace

AudioAnalysis analyze_planned(const ClipInput& input, const AudioPlan& plan, const AnalysisOptions& wanted,
                              const RunContext& context) {
  SampleSource samples(input, plan, context);
  return hear(samples, plan, wanted, context);
}

AudioAnalysis analyze_source(const ClipInput& input, const Seconds& start_s, const Seconds& end_s,
                             const AnalysisOptions& wanted, const RunContext& context) {
  if (!input.info.audio) throw Error(ErrorCode::internal, input.info.path, "there is no sound to analyse");
  const AudioInfo& audio = *input.info.audio;
  AudioPlan plan;
  plan.stream_index = audio.index;
  plan.start_s = start_s;
  plan.end_s = end_s;
  plan.sample_rate = audio.sample_rate;
  plan.channels = std::min(audio.channels, 2);
  plan.treatment.with_effects = wanted.effects_too;
  plan.samples = ((end_s - start_s) * audio.sample_rate).floor();
  SampleSource samples(input, plan, context, SampleSource::Damage::passed_over);
  return hear(samples, plan, wanted, context);
}

AudioAnalysis analyze_clip(const std::string& path, const PreparedClip::Audio& audio, const AnalysisOptions& wanted,
                           const RunContext& context) {
  ClipInput clip{.source = path, .info = {}};
  MediaInfo& info = clip.info;
  info.path = path;
  info.audio.emplace();
  info.audio->sample_rate = audio.sample_rate;
  info.audio->channels = audio.channels;
  info.audio->samples = audio.samples;
  info.audio->duration_s = Seconds(audio.samples, audio.sample_rate);
  AudioPlan plan;
  plan.sample_rate = audio.sample_rate;
  plan.channels = audio.channels;
  plan.samples = audio.samples;
  return analyze_planned(clip, plan, wanted, context);
}

}  // namespace react1::media
