// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/log.hpp"
#include "media/check/proof.hpp"
#include "media/make/copy.hpp"
#include "media/make/make_clip.hpp"
#include "media/picture/filter_graph.hpp"
#include "media/picture/ordered_frames.hpp"
#include "media/picture/prefetch_queue.hpp"
#include "media/picture/video_encoder.hpp"
#include "media/stream/damage.hpp"
#include "media/stream/muxer.hpp"

#include <react1/error.hpp>

namespace react1::media {
namespace {

/// Decoded frames that may wait for the encoder: enough to even out both sides' pauses; fewer when they are very large
/// (media/stream/picture_memory).
std::size_t frames_ahead(const VideoInfo& video) {
  constexpr std::int64_t most = 4;
  constexpr std::int64_t bytes = std::int64_t{192} << 20U;
  const std::int64_t picture = std::int64_t{video.width} * video.height * (video.bit_depth > 8 ? 3 : 2);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(bytes / std::max<std::int64_t>(picture, 1), 1, most));
}

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

  /// What was found while encoding.
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

std::vector<Warning> transcode(const ClipInput& input, const VideoPlan& plan, const std::filesystem::path& file,
                               const RunContext& context) {
  // Either side's end stops the other: a stop of the caller, or our own failure, reaches the decoding thread.
  std::stop_source stop;
  const std::stop_callback on_stop(context.stop, [&stop] { stop.request_stop(); });
  OrderedFrames frames(input, plan, RunContext{.stop = stop.get_token(), .job_id = context.job_id});
  Transcoder transcoder(plan, input.info.path, file, context);
  PrefetchQueue<PickedFrame> decoded(frames_ahead(input.info.video.value()), stop, [&] {
    const log::Scope scope(context.job_id);
    return frames.next();
  });
  while (std::optional<PickedFrame> picked = decoded.next()) transcoder.push(*picked);
  return transcoder.finish();
}

std::vector<Warning> make(const ClipInput& input, const VideoPlan& plan, const std::filesystem::path& file,
                          const RunContext& context) {
  switch (plan.action) {
    case ClipAction::passthrough:
      copy_bytes(input, file, context);
      return {};
    case ClipAction::remux:
    case ClipAction::cut:
      copy_video_packets(input, plan, file, context);
      return {};
    case ClipAction::transcode:
      return transcode(input, plan, file, context);
  }
  throw Error(ErrorCode::internal, input.source.name(),
              "the plan asks for something that is never planned for a picture");
}

/// Encoded pictures were decoded before; damage inside a copied picture comes from the source.
Pictures pictures_of(const VideoPlan& plan) {
  const bool copied = plan.action != ClipAction::transcode;
  return copied && plan.copy_check == CopyCheck::decode ? Pictures::decoded : Pictures::counted;
}

/// A clip that differs from the plan is our fault when we encoded it; a copied source may differ from its headers.
void require_as_planned(const PreparedClip& clip, const VideoPlan& plan, const std::string& name) {
  const bool copied = plan.action != ClipAction::transcode;
  const ErrorCode fault = copied ? ErrorCode::media : ErrorCode::internal;
  if (!clip.video) throw Error(fault, name, "the written file holds no picture");
  const PreparedClip::Video& video = *clip.video;
  if (plan.action == ClipAction::passthrough && !plan.exact_frames) return;
  if (video.frames != plan.frames || video.width != plan.width || video.height != plan.height) {
    throw Error(fault, name,
                fmt::format("the written file holds {} frames of {}x{}, not {} of {}x{}", video.frames, video.width,
                            video.height, plan.frames, plan.width, plan.height));
  }
}

/// An impossible copy is encoded instead. Possible damage goes to the planner first, unless it has decoded
/// the window: the rest of the clip may still be copied.
void encode_instead(VideoPlan& plan, std::vector<std::string>& reasons, const Error& failure) {
  const bool copied = plan.action != ClipAction::transcode;
  const bool may_be_damage = dynamic_cast<const DamageFound*>(&failure) != nullptr && !plan.decoded;
  if (!copied || failure.code() != ErrorCode::media || may_be_damage) throw;
  if (!plan.may_encode) {
    throw Error(ErrorCode::media, failure.where(),
                "can't be copied, and --reencode never forbids encoding it: " + failure.message(),
                {.detail = failure.detail(), .hint = "use --reencode auto"});
  }
  reasons.push_back("Copying it failed: " + failure.message() + ".");
  plan.action = ClipAction::transcode;
}

/// A copy that is too long is made by the next action; false: there is none.
bool shorten(VideoPlan& plan) {
  const bool can_copy_again = plan.action == ClipAction::passthrough;
  if (plan.action == ClipAction::transcode || (!plan.may_encode && !can_copy_again)) return false;
  // The clip's own container may measure longer than its packets: a new one can correct that without encoding.
  plan.action = can_copy_again ? ClipAction::remux : ClipAction::transcode;
  return true;
}

/// Makes and measures the clip; returns a sentence why it is too long, if it is. `written`: it was
/// made, whatever its measures.
std::optional<std::string> make_once(PreparedClip& clip, bool& written, const ClipInput& input, const VideoPlan& plan,
                                     const AtomicFile& file, Seconds limit, const RunContext& context) {
  try {
    clip.warnings = make(input, plan, file.temporary(), context);
    written = true;
    examine(clip, file.temporary(), pictures_of(plan), context);
  } catch (const Error& error) {
    rethrow_named(error, file, input.info.path);
  }
  std::optional<std::string> too_long = over_limit(clip, limit);
  if (!too_long) require_as_planned(clip, plan, input.info.path);
  // A file with one frame has no rate of its own; this one lasts as long as planned.
  if (clip.video && clip.video->frames == 1) clip.video->fps = plan.fps;
  return too_long;
}

}  // namespace

PreparedClip make_video(const ClipInput& input, const VideoPlan& plan, const std::filesystem::path& output,
                        Seconds limit, const RunContext& context) {
  context.throw_if_stopped();
  AtomicFile file(output);
  VideoPlan chosen = plan;
  PreparedClip clip;
  clip.reasons = plan.reasons;
  for (;;) {
    std::optional<std::string> too_long;
    bool written = false;
    try {
      too_long = make_once(clip, written, input, chosen, file, limit, context);
    } catch (const Error& failure) {
      // A source that can't be copied byte by byte has changed, so it can't be encoded either.
      if (chosen.action == ClipAction::passthrough && !written) throw;
      encode_instead(chosen, clip.reasons, failure);
      continue;
    }
    if (!too_long) break;
    if (!shorten(chosen)) {
      throw Error(ErrorCode::media, input.info.path, *too_long,
                  {.hint = "choose a shorter window with --video-duration"});
    }
    clip.reasons.push_back("Copied, " + *too_long + ".");
  }
  hand_on(clip, file, chosen.action, chosen.start_s, chosen.end_s, context);
  return clip;
}

VideoPlan check_video(const ClipInput& input, const VideoPlan& plan, const RunContext& context) {
  VideoPlan chosen = plan;
  if (chosen.action != ClipAction::transcode) {
    try {
      check_video_copy(input, chosen, context);
      return chosen;
    } catch (const Error& failure) {
      encode_instead(chosen, chosen.reasons, failure);
    }
  }
  if (chosen.decoded) return chosen;
  // Whether frames are damaged does not depend on their order.
  FrameSource frames(input, without_order(chosen), context);
  while (frames.next()) context.throw_if_stopped();
  return chosen;
}

}  // namespace react1::media
