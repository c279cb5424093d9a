// SPDX-License-Identifier: Apache-2.0
#include "sandbox/render/render.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include <react1/error.hpp>

#include "media/ff/check.hpp"
#include "sandbox/clips/clip_reader.hpp"
#include "sandbox/clips/upright_picture.hpp"
#include "sandbox/clips/voice.hpp"
#include "sandbox/render/replay_file.hpp"
#include "sandbox/render/result_clip.hpp"

namespace react1::sandbox {
namespace {

namespace ff = media::ff;

Rational pixel_shape(const AVFrame& frame, const AVStream& stream, bool transposed) {
  AVRational sar = frame.sample_aspect_ratio.num > 0 ? frame.sample_aspect_ratio : stream.sample_aspect_ratio;
  if (sar.num <= 0 || sar.den <= 0) return 1;
  return ff::from_av(transposed ? av_inv_q(sar) : sar);
}

/// One rendering. Source pictures are decoded once, in order. Output pictures are written as soon as theirs is decoded;
/// a picture that is shown again later is kept in the replay file.
class Renderer {
 public:
  Renderer(const RenderJob& job, const RunContext& context)
      : job_(job),
        context_(context),
        timeline_(lay_out(job.mode, job.video_facts.grid, job.audio_facts.seconds)),
        clip_(job.video, Kind::video, context),
        turn_(turn_of(clip_.stream())),
        maker_(turn_, job.video.name()),
        replay_(job.scratch),
        voice_(job.audio, timeline_.voice_samples, context) {
    const auto wanted = static_cast<std::int64_t>(timeline_.shows.size()) + job.twist.frames_add;
    const auto last_shown = timeline_.shows.back();
    timeline_.shows.resize(static_cast<std::size_t>(std::max<std::int64_t>(1, wanted)), last_shown);
    for (std::size_t i = 0; i < timeline_.shows.size(); ++i) {
      timeline_.shows[i] = job.video_facts.grid.decoded_frame(timeline_.shows[i]);
      last_use_[timeline_.shows[i]] = i;
    }
    last_needed_ = *std::max_element(timeline_.shows.begin(), timeline_.shows.end());
  }

  void run() {
    const auto decoded = ff::make_frame();
    std::int64_t number = 0;
    for (; number <= last_needed_ && clip_.read(*decoded); ++number) take(number, *decoded);
    if (number <= last_needed_)
      throw Error{ErrorCode::media, job_.video.name(), "fewer frames can be decoded than before"};
    while (next_ < timeline_.shows.size()) show(*replay_.get(timeline_.shows[next_]));
    add_sound(timeline_.samples);
    context_.throw_if_stopped();
    output_->finish();
  }

 private:
  void take(std::int64_t number, const AVFrame& decoded) {
    const auto last_use = last_use_.find(number);
    if (last_use == last_use_.end()) return;  // never shown
    const auto picture = maker_.make(decoded);
    if (!output_) open_output(decoded);
    while (next_ < timeline_.shows.size() && timeline_.shows[next_] == number) show(*picture);
    if (next_ <= last_use->second) replay_.put(number, *picture);
    // A picture that is already kept may be due.
    while (next_ < timeline_.shows.size() && replay_.holds(timeline_.shows[next_])) {
      show(*replay_.get(timeline_.shows[next_]));
    }
  }

  void open_output(const AVFrame& first) {
    output_ =
        std::make_unique<Output>(job_.output, OutputFormat{.width = maker_.width(),
                                                           .height = maker_.height(),
                                                           .fps = job_.twist.fps.value_or(job_.video_facts.grid.fps),
                                                           .sar = pixel_shape(first, clip_.stream(), turn_.transpose),
                                                           .channels = voice_.channels()});
  }

  void show(AVFrame& picture) {
    context_.throw_if_stopped();
    output_->add_picture(picture);
    ++next_;
    const auto shown = static_cast<std::int64_t>(next_);
    // Audio advances with the video, so that the muxer need not buffer either.
    add_sound(std::min(timeline_.samples, (Rational{shown} / job_.video_facts.grid.fps * output_sample_rate).floor()));
    context_.observer->on_progress(
        {Stage::prepare, shown, static_cast<std::int64_t>(timeline_.shows.size()), "frames"});
  }

  /// Whole pieces up to sample `until`; the remainder too, once that is the end.
  void add_sound(std::int64_t until) {
    const auto piece = static_cast<std::int64_t>(output_->sound_piece());
    while (output_->samples() + piece <= until) output_->add_sound(*voice_.next(static_cast<int>(piece)));
    if (until == timeline_.samples && output_->samples() < until) {
      output_->add_sound(*voice_.next(static_cast<int>(until - output_->samples())));
    }
  }

  const RenderJob& job_;
  const RunContext& context_;
  Timeline timeline_;  ///< shows decoded frames here
  Clip clip_;
  Turn turn_;
  PictureMaker maker_;
  ReplayFile replay_;
  Voice voice_;
  std::unordered_map<std::int64_t, std::size_t> last_use_;  ///< decoded frame → last output frame that shows it
  std::int64_t last_needed_ = 0;
  std::size_t next_ = 0;  ///< output frame
  std::unique_ptr<Output> output_;
};

}  // namespace

void render(const RenderJob& job, const RunContext& context) {
  Renderer{job, context}.run();
}

RenderedFacts read_back(const std::string& path, const RunContext& context) {
  const PacketReport report = measure_packets(path, Kind::video, context);
  RenderedFacts facts;
  facts.width = report.width;
  facts.height = report.height;
  facts.frames = report.shown_packets;
  facts.fps = report.fps;
  facts.duration_s = report.fps > 0 ? Rational{facts.frames} / report.fps : Rational{0};
  facts.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  return facts;
}

}  // namespace react1::sandbox
