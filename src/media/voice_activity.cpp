#include "media/voice_activity.hpp"

#include <algorithm>
#include <cmath>

#include "media/audio_level.hpp"
#include "media/frame_window.hpp"

namespace react1::media {
namespace {

constexpr std::int64_t blocks_per_second = 100;
constexpr std::int64_t blocks_that_make_voice = 3;

}  // namespace

VoiceDetector::VoiceDetector(int sample_rate, double gate_dbfs)
    : sample_rate_(sample_rate), gate_(std::pow(10.0, gate_dbfs / 20)), block_end_(sample_rate / blocks_per_second) {}

void VoiceDetector::add(std::span<const float> samples) {
  for (const float sample : samples) {
    const double value = sample;
    peak_ = std::max(peak_, std::abs(value));
    energy_ += value * value;
    ++in_block_;
    if (++position_ >= block_end_) end_block();
  }
}

void VoiceDetector::end_block() {
  // Boundaries are rounded one by one, so that 11025 Hz does not drift against the clock.
  const bool loud = in_block_ > 0 && std::sqrt(energy_ / static_cast<double>(in_block_)) >= gate_;
  run_ = loud ? run_ + 1 : 0;
  if (loud) ++loud_blocks_;
  if (run_ >= blocks_that_make_voice) {
    if (first_block_ < 0) first_block_ = blocks_ - run_ + 1;
    last_block_ = blocks_;
  }
  ++blocks_;
  block_end_ = (blocks_ + 1) * sample_rate_ / blocks_per_second;
  energy_ = 0;
  in_block_ = 0;
}

VoiceActivity VoiceDetector::finish() {
  const std::int64_t samples = position_;
  if (in_block_ > 0) end_block();
  VoiceActivity result;
  result.peak_dbfs = dbfs(peak_);
  if (blocks_ > 0) result.silent_share = 1 - static_cast<double>(loud_blocks_) / static_cast<double>(blocks_);
  result.found = first_block_ >= 0;
  if (result.found) {
    result.first_start_s = Rational{first_block_, blocks_per_second};
    // The last block may be cut short by the end of the sound.
    result.last_end_s = std::min(Rational{last_block_ + 1, blocks_per_second}, Rational{samples, sample_rate_});
  }
  return result;
}

VoiceActivity analyze_voice(const Source& source, int stream_index, const Seconds& start_s, const Seconds& end_s,
                            double gate_dbfs, const SourceOptions& options, const RunContext& context) {
  MonoMix mono;
  std::optional<VoiceDetector> detector;
  std::int64_t left = 0;  // samples of the window still to come
  for_each_frame(
      source, stream_index, start_s, end_s, options, context, [&](const AVFrame& frame, const Seconds& time) {
        std::span<const float> samples = mono.mix(frame);
        if (!detector) {
          detector.emplace(frame.sample_rate, gate_dbfs);
          left = ((end_s - start_s) * Rational{frame.sample_rate}).round();
          const std::int64_t before = ((start_s - time) * Rational{frame.sample_rate}).round();
          samples =
              samples.subspan(std::min(static_cast<std::size_t>(std::max<std::int64_t>(before, 0)), samples.size()));
        }
        samples = samples.first(std::min(samples.size(), static_cast<std::size_t>(std::max<std::int64_t>(left, 0))));
        detector->add(samples);
        left -= static_cast<std::int64_t>(samples.size());
        return left > 0;
      });
  return detector ? detector->finish() : VoiceActivity{};
}

}  // namespace react1::media
