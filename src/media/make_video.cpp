#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/log.hpp"
#include "media/ahead.hpp"
#include "media/copy.hpp"
#include "media/filter_graph.hpp"
#include "media/make_clip.hpp"
#include "media/muxer.hpp"
#include "media/ordered_frames.hpp"
#include "media/proof.hpp"
#include "media/video_encoder.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Decoded frames that may wait for the encoder: enough to even out both sides' pauses, few enough for 4K.
constexpr std::size_t frames_ahead = 4;

/// Filters and encodes what the decoder delivers; all calls from one thread.
class Transcoder {
 public:
  Transcoder(const VideoPlan& plan, const std::string& name, const std::filesystem::path& file,
             const RunContext& context)
      : plan_(plan),
        context_(context),
        filter_(plan, name,
                [this](const PictureFormat& before, const PictureFormat& after) { note_change(before, after); }),
        encoder_(plan, name),
        muxer_(file, Container::mp4) {
    muxer_.add_stream(*encoder_.parameters(), encoder_.time_base());
    muxer_.start(/*reordered=*/false);
  }

  void push(PickedFrame& picked) {
    repeats_.push_back(picked.repeats);
    filter_.push(*picked.frame, encode_);
  }

  /// What showed on the way.
  std::vector<Warning> finish() {
    filter_.flush(encode_);
    encoder_.finish(write_);
    muxer_.finish();
    return std::move(warnings_);
  }

 private:
  void encode(AVFrame& frame) {
    const std::int64_t times = repeats_.front();
    repeats_.pop_front();
    for (std::int64_t i = 0; i < times; ++i) {
      context_.throw_if_stopped();
      encoder_.encode(frame, tick_++, write_);
      context_.observer->on_progress({Stage::prepare, tick_, plan_.frames, "frames"});
    }
  }

  void note_change(const PictureFormat& before, const PictureFormat& after) {
    warnings_.push_back({"picture_changed", fmt::format("The picture changes from {}x{} to {}x{} or in its colours at "
                                                        "frame {}; it is fitted to {}x{} with its shape kept.",
                                                        before.width, before.height, after.width, after.height, tick_,
                                                        plan_.width, plan_.height)});
  }

  const VideoPlan& plan_;
  const RunContext& context_;
  std::deque<std::int64_t> repeats_;  // of the frames inside the filters
  std::int64_t tick_ = 0;
  std::vector<Warning> warnings_;
  FilterGraph filter_;
  VideoEncoder encoder_;
  Muxer muxer_;
  VideoEncoder::Sink write_ = [this](AVPacket& packet) {
    context_.throw_if_stopped();
    muxer_.write(packet);
  };
  FilterGraph::Sink encode_ = [this](AVFrame& frame) { encode(frame); };
};

std::vector<Warning> transcode(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                               const std::filesystem::path& file, const SourceOptions& options,
                               const RunContext& context) {
  // Either side's end stops the other: the caller's wish goes to the decoding thread, and so does our own failure.
  std::stop_source stop;
  const std::stop_callback on_stop(context.stop, [&stop] { stop.request_stop(); });
  OrderedFrames frames(source, info, plan, options, RunContext{.stop = stop.get_token(), .job_id = context.job_id});
  Transcoder transcoder(plan, info.path, file, context);
  Ahead<PickedFrame> decoded(frames_ahead, stop, [&] {
    const log::Scope scope(context.job_id);
    return frames.next();
  });
  while (std::optional<PickedFrame> picked = decoded.next()) transcoder.push(*picked);
  return transcoder.finish();
}

std::vector<Warning> make(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                          const std::filesystem::path& file, const SourceOptions& options, const RunContext& context) {
  switch (plan.action) {
    case ClipAction::passthrough:
      copy_bytes(source, info.size_bytes, file, options, context);
      return {};
    case ClipAction::remux:
    case ClipAction::cut:
      copy_video_packets(source, info, plan, file, options, context);
      return {};
    case ClipAction::transcode:
      return transcode(source, info, plan, file, options, context);
  }
  throw Error(ErrorCode::internal, source.name(), "the plan asks for something that is never planned for a picture");
}

/// What we encoded was decoded before; what is damaged inside a copied picture came with the source.
Pictures pictures_of(const VideoPlan& plan) {
  const bool copied = plan.action != ClipAction::transcode;
  return copied && plan.copy_check == CopyCheck::decode ? Pictures::decoded : Pictures::counted;
}

void require_as_planned(const PreparedClip& clip, const VideoPlan& plan) {
  if (!clip.video) throw Error(ErrorCode::internal, clip.path, "the written file holds no picture");
  const PreparedClip::Video& video = *clip.video;
  if (plan.action == ClipAction::passthrough && !plan.exact_frames) return;
  if (video.frames != plan.frames || video.width != plan.width || video.height != plan.height) {
    throw Error(ErrorCode::internal, clip.path,
                fmt::format("the written file holds {} frames of {}x{}, not {} of {}x{}", video.frames, video.width,
                            video.height, plan.frames, plan.width, plan.height));
  }
}

}  // namespace

PreparedClip make_video(const Source& source, const MediaInfo& info, const VideoPlan& plan,
                        const std::filesystem::path& output, Seconds limit, const SourceOptions& options,
                        const RunContext& context) {
  context.throw_if_stopped();
  AtomicFile file(output);
  VideoPlan chosen = plan;
  PreparedClip clip;
  clip.reasons = plan.reasons;
  for (;;) {
    clip.warnings = make(source, info, chosen, file.temporary(), options, context);
    examine(clip, file.temporary(), pictures_of(chosen), context);
    const std::optional<std::string> too_long = over_limit(clip, limit);
    if (!too_long) break;
    const bool can_copy_again = chosen.action == ClipAction::passthrough;
    if (chosen.action == ClipAction::transcode || (!chosen.may_encode && !can_copy_again)) {
      throw Error(ErrorCode::media, output.string(), *too_long,
                  {.hint = "choose a shorter window with --video-duration"});
    }
    clip.reasons.push_back("Copied, " + *too_long + ".");
    // The clip's own container may measure longer than its packets: a fresh one can mend that without encoding.
    chosen.action = chosen.action == ClipAction::passthrough ? ClipAction::remux : ClipAction::transcode;
  }
  require_as_planned(clip, chosen);
  hand_on(clip, file, chosen.action, chosen.start_s, chosen.end_s, context);
  return clip;
}

}  // namespace react1::media
