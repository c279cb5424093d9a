// SPDX-License-Identifier: Apache-2.0
#include "media/picture/frame_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

extern "C" {
#include <libavutil/cpu.h>
}

#include "media/ff/check.hpp"
#include "media/ff/compat.hpp"
#include "media/picture/intact_pictures.hpp"
#include "media/stream/damage.hpp"

namespace react1::media {
namespace {

/// The nominal rate the source's timestamps are multiples of. A measured rate
/// includes the rounding of its timestamps, so when the result's rate (or twice it) differs only by that, it is used.
Rational nominal_rate(const VideoInfo& video, const VideoPlan& plan) {
  const Rational tolerance(1, 1000);
  for (const int times : {1, 2}) {
    const Rational rate = plan.fps * times;
    if (video.fps > 0 && abs(video.fps / rate - 1) < tolerance) return rate;
  }
  return video.fps;
}

/// The parallel encoder is slower than any decoder. Half the cores supply it, and fewer threads keep fewer
/// pictures in memory.
int decoder_threads() {
  return std::max(1, av_cpu_count() / 2);
}

FramePicker::Settings picker_settings(const VideoPlan& plan, const VideoInfo& video) {
  return {.start = plan.start_s,
          .fps = plan.fps,
          .frames = plan.frames,
          .source_fps = nominal_rate(video, plan),
          .source_constant = !video.vfr};
}

const VideoInfo& require_video(const MediaInfo& info) {
  if (!info.video) throw Error(ErrorCode::internal, info.path, "a video plan was made for a file without video");
  return *info.video;
}

}  // namespace

FrameSource::FrameSource(const ClipInput& input, const VideoPlan& plan, const RunContext& context)
    : source_(input.source),
      plan_(plan),
      window_start_(plan.start_s),
      window_frames_(plan.frames),
      video_(require_video(input.info)),
      options_(input.limits),
      context_{.stop = context.stop, .job_id = context.job_id},
      source_fps_(nominal_rate(video_, plan)),
      has_slots_(input.info.format == "avi" && video_.duration_source == FactSource::assumed && video_.vfr),
      picker_(picker_settings(plan, video_)),
      packet_(ff::make_packet()) {
  excerpt_ = excerpt_around(source_, video_.duration_source, plan_.stream_index, plan_.start_s + video_.start_s,
                            plan_.end_s + video_.start_s, options_, context_);
  open();
  require_window_present(input.info);
}

/// An MP4 whose index lists more frames than its data holds was cut off. The window may be in the good part; one
/// that reaches the end would silently be shorter than the original clip.
void FrameSource::require_window_present(const MediaInfo& info) const {
  if (plan_.decoded) return;
  const bool indexed = info.format.find("mp4") != std::string::npos;
  const std::int64_t listed = video_.header_frames.value_or(0) - video_.pictureless_packets;
  if (!video_.truncated || !indexed || video_.edit_list || listed <= video_.frames || plan_.end_s < video_.duration_s)
    return;
  fail(fmt::format("{} of {} frames are there; the file is truncated or damaged", video_.frames, listed),
       fmt::format("copy or export the file again, or end the window before {} s", video_.duration_s.to_decimal(2)));
}

void FrameSource::open() {
  decoder_.reset();
  const Source& source = excerpt_ ? excerpt_->source : source_;
  demuxer_ = std::make_unique<Demuxer>(source, DemuxerOptions::from(options_), context_);
  const std::array chosen{stream_index()};
  demuxer_->select(chosen);
  decoder_ = std::make_unique<Decoder>(demuxer_->stream(stream_index()), decoder_threads(), demuxer_->name(), options_);
  drained_ = false;
  moved_ = false;
  entered();
}

/// Resets the state after a seek.
void FrameSource::entered() {
  newest_packet_ = sent_ = 0;
  slots_.clear();
  begun_ = headless_ = false;
  errors_seen_ = decoder_->errors();
  errors_fresh_ = false;
  damaged_until_.reset();
}

void FrameSource::go_to(std::int64_t frame) {
  plan_.start_s = window_start_ + Rational(frame) / plan_.fps;
  plan_.frames = window_frames_ - frame;
  picker_ = FramePicker(picker_settings(plan_, video_));
  pending_.reset();
  last_ticks_.reset();
  finished_ = false;
  moved_ = true;
  pending_damaged_ = false;
}

Seconds FrameSource::time_of(std::int64_t ticks) const {
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  return Rational(ticks + shift) * ff::from_av(demuxer_->stream(stream_index()).time_base) - video_.start_s;
}

/// The source stores no presentation times, or in ticks too coarse to distinguish neighbours: its frames
/// follow each other at the nominal rate, counted from the first.
bool FrameSource::is_untimed() const {
  const FactSource counted = video_.duration_source;
  if (counted != FactSource::packets && counted != FactSource::sample_table) return true;
  return video_.coarse_times;
}

/// Without reordering a frame keeps the place of its packet. With it, the n-th frame that is shown has the n-th place.
std::optional<std::int64_t> FrameSource::slot_of(const AVFrame& frame) const {
  if (!has_slots_) return std::nullopt;
  if (decoder_->context().has_b_frames == 0 && frame.best_effort_timestamp != AV_NOPTS_VALUE) {
    return frame.best_effort_timestamp;
  }
  const auto number = static_cast<std::size_t>(decoder_->frames() - 1);
  return number < slots_.size() ? std::optional(slots_[number]) : std::nullopt;
}

Seconds FrameSource::time_of(const AVFrame& frame) const {
  if (const auto slot = slot_of(frame)) return time_of(*slot);
  if (is_untimed() || frame.best_effort_timestamp == AV_NOPTS_VALUE) {
    return source_fps_ > 0 ? Rational(decoder_->frames() - 1) / source_fps_ : Rational(0);
  }
  return time_of(frame.best_effort_timestamp);
}

/// Reads packets until the decoder returns something.
void FrameSource::feed() {
  if (drained_) return;
  if (!demuxer_->read(*packet_)) {
    (void)decoder_->send(nullptr);
    drained_ = true;
    return;
  }
  if (packet_->pts != AV_NOPTS_VALUE && packet_->size > 0 && (packet_->flags & AV_PKT_FLAG_DISCARD) == 0) {
    sent_ = time_of(packet_->pts);
    newest_packet_ = std::max(newest_packet_, sent_);
  }
  if (has_slots_ && packet_->size > 0 && packet_->dts != AV_NOPTS_VALUE) slots_.push_back(packet_->dts);
  if (packet_->size > 0 && !std::exchange(begun_, true)) {
    headless_ = is_headless(decoder_->context().codec_id, *packet_);
  }
  // All frames were received before, so the packet is always accepted.
  (void)decoder_->send(packet_.get());
}

/// Null at the end.
ff::Frame FrameSource::decode() {
  ff::Frame frame = ff::make_frame();
  for (;;) {
    context_.throw_if_stopped();
    const Decoder::Receive received = decoder_->receive(*frame);
    note_errors();
    switch (received) {
      case Decoder::Receive::frame:
        return frame;
      case Decoder::Receive::end:
        return nullptr;
      case Decoder::Receive::needs_more:
        if (drained_) return nullptr;
        feed();
    }
  }
}

/// The frame shown at the window's start, or one before it. Containers find key frames by decoding time, by estimates
/// or not at all, so the result of the seek is checked and the seek repeated from farther back until it is usable.
ff::Frame FrameSource::first_frame() {
  const Rational ticks_per_second = 1 / ff::from_av(demuxer_->stream(stream_index()).time_base);
  const std::int64_t shift = excerpt_ ? excerpt_->shift_ticks : 0;
  const Seconds nearest_entry(1, 4);
  if (is_untimed()) return decode();  // the position after a seek would be unknown
  for (Seconds margin = nearest_entry; margin < plan_.start_s || moved_; margin = margin * 4) {
    const Seconds entry = std::max(plan_.start_s - margin, Seconds(0));
    moved_ = true;
    try {
      demuxer_->seek(stream_index(), ((entry + video_.start_s) * ticks_per_second).floor() - shift);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::media) throw;
      break;  // this source is not seekable
    }
    decoder_->flush();
    drained_ = false;
    entered();
    ff::Frame frame = decode();
    if (frame && frame->best_effort_timestamp == AV_NOPTS_VALUE) break;  // its position is unknown
    // Pictures that refer to packets before the entry can't be the first.
    while (frame && time_of(*frame) <= plan_.start_s) {
      watch_for_damage(*frame, time_of(*frame));
      if (!damaged_until_) return frame;
      frame = decode();
    }
    if (entry == 0) break;
  }
  if (moved_) {
    excerpt_.reset();  // its start was not decodable; the whole source can be decoded from its start
    open();
  }
  return decode();
}

/// A decoder with one thread reports on the packet sent last; others on a slightly earlier one, which only makes
/// more frames doubtful than necessary.
void FrameSource::note_errors() {
  if (decoder_->errors() == errors_seen_) return;
  errors_seen_ = decoder_->errors();
  errors_fresh_ = true;
  damaged_until_ = std::max(damaged_until_.value_or(sent_), sent_);
}

/// After damage all frames are doubtful, marked or not, until the next key frame.
void FrameSource::watch_for_damage(const AVFrame& frame, Seconds time) {
  const bool key = ff::is_key(frame);
  headless_ = headless_ && !key;
  if (headless_ || is_flawed(frame)) {
    damaged_until_ = std::max(damaged_until_.value_or(time), time);
  } else if (damaged_until_ && key && time > *damaged_until_) {
    damaged_until_.reset();
  }
  // A missing picture would be covered by the one before it, and a dropped one is not checked.
  const bool missing = std::exchange(errors_fresh_, false) && time > plan_.start_s;
  const bool flawed = is_flawed(frame) && time > plan_.start_s && time < plan_.end_s;
  if (missing || flawed) require_no_damage(time);
}

/// What planning has decoded is good; the decoder may nevertheless meet damage next to it.
void FrameSource::require_no_damage(Seconds near) const {
  if (plan_.decoded) return;
  fail(fmt::format("the picture is damaged near {} s", near.to_decimal(2)),
       "export or copy the file again, or choose a window without the damage");
}

std::optional<PickedFrame> FrameSource::next() {
  while (!finished_) {
    if (last_ticks_) {
      finished_ = true;
      return give_pending(*last_ticks_);
    }
    const bool first = !pending_;
    ff::Frame frame = first ? first_frame() : decode();
    if (!frame) return last_frame();
    const Seconds time = time_of(*frame);
    watch_for_damage(*frame, time);
    const std::int64_t repeats = picker_.next(time);
    if (first && picker_.late_by() > 0 && !plan_.decoded) {
      fail(fmt::format("the first {} s of the window can't be decoded", picker_.late_by().to_decimal(2)),
           fmt::format("the file does not begin with a key frame, or is damaged; start the window at {} s",
                       (plan_.start_s + picker_.late_by()).to_decimal(2)));
    }
    if (repeats > 0 && pending_damaged_) require_no_damage(pending_time_);
    std::swap(pending_, frame);
    pending_time_ = time;
    pending_damaged_ = damaged_until_.has_value();
    if (picker_.done()) {
      finished_ = true;
    } else {
      last_ticks_ = picker_.finish_early();
    }
    if (repeats > 0) return PickedFrame{std::move(frame), repeats};
  }
  return std::nullopt;
}

std::optional<PickedFrame> FrameSource::give_pending(std::int64_t repeats) {
  if (repeats == 0) return std::nullopt;
  if (pending_damaged_) require_no_damage(pending_time_);
  return PickedFrame{std::move(pending_), repeats};
}

/// The source has ended before a frame after the window.
std::optional<PickedFrame> FrameSource::last_frame() {
  finished_ = true;
  if (!pending_) fail("no frame of the window can be decoded", "the file is truncated or damaged; export it again");
  require_whole_end(pending_time_);
  const std::int64_t repeats = picker_.finish(video_.duration_s - pending_time_);
  if (!picker_.done()) {
    fail(fmt::format("{} of {} frames can be made; the picture ends at {} s", picker_.filled(), plan_.frames,
                     video_.duration_s.to_decimal(3)),
         "the file is truncated or damaged; export it again, or choose a shorter window");
  }
  return give_pending(repeats);
}

/// Holding the last frame is right for a complete clip, and would hide damage of an incomplete one.
void FrameSource::require_whole_end(Seconds last) const {
  if (plan_.decoded) return;
  const Seconds interval = source_fps_ > 0 ? 1 / source_fps_ : Seconds(0);
  const bool frames_lost = !is_untimed() && is_behind(newest_packet_, last, interval);
  if (!frames_lost && !damaged_until_ && !demuxer_->damage()) return;
  const std::int64_t expected = std::max(video_.header_frames.value_or(0), video_.frames);
  fail(fmt::format("{} of {} frames decode; the file is truncated or damaged", decoder_->frames(), expected),
       fmt::format("copy or export the file again, or end the window before {} s", last.to_decimal(2)));
}

void FrameSource::fail(const std::string& message, const std::string& hint) const {
  Error::Extra extra{.hint = hint};
  if (demuxer_->damage()) extra.detail = *demuxer_->damage();
  throw DamageFound(demuxer_->name(), message, std::move(extra));
}

}  // namespace react1::media
