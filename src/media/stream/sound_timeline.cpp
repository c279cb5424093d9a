// SPDX-License-Identifier: Apache-2.0
#include "media/stream/sound_timeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace react1::media {
namespace {

/// Frames that are compared on either side of a jump: a third of a second of AAC. With fewer, jitter looks like a gap.
constexpr std::size_t neighbours = 16;
/// A later piece must begin this much off the end of the one before, seconds; smaller offsets are not perceptible.
constexpr double least_jump_s = 0.001;
/// Larger jumps are a clock that was set, not a pause; the ffmpeg program has the same limit for such formats.
constexpr double restart_s = 10;
/// Samples that go back by more than this are no overlap: the clock was reset.
constexpr double longest_overlap_s = 1;
/// A drift is distinguished from jitter over at least this many seconds and packets of the container: fewer packets are
/// always close to some line.
constexpr double least_slope_s = 1;
constexpr double least_slope_packets = 4;
constexpr double most_drift = 0.03;
/// Encoders may time the last frame by the rest of the sound: so few frames at the end confirm no
/// overlap of less than `least_last_overlap_s`.
constexpr std::int64_t enough_frames = 4;
constexpr double least_last_overlap_s = 0.01;
/// ASF puts several codec frames into a packet, and the timestamp may be that of any.
constexpr double rough_jump_s = 0.1;

__extension__ using Wide = __int128;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double spread(std::vector<double> values, double centre) {
  for (double& value : values) value = std::abs(value - centre);
  return median(std::move(values));
}

/// The differences of neighbours: with few values a better measure of jitter than the spread.
double usual_step(const std::vector<double>& before, const std::vector<double>& after) {
  std::vector<double> steps;
  for (const auto* values : {&before, &after}) {
    for (std::size_t i = 1; i < values->size(); ++i) steps.push_back(std::abs((*values)[i] - (*values)[i - 1]));
  }
  return steps.empty() ? 0 : median(std::move(steps));
}

/// The jitter on both sides of a jump.
double noise_of(const std::vector<double>& before, const std::vector<double>& after) {
  return std::max({spread(before, median(before)), spread(after, median(after)), 1.5 * usual_step(before, after)});
}

/// The first values up to a step of more than `jump`; all where that leaves too few.
std::vector<double> until_next_jump(const std::vector<double>& values, double jump) {
  constexpr auto enough = static_cast<std::size_t>(enough_frames);
  std::size_t count = 1;
  while (count < values.size() && std::abs(values[count] - values[count - 1]) <= jump) ++count;
  if (count < enough) return values;
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

// Samples and times --------------------------------------------------------------------------------------------------

SoundTimeline::SoundTimeline(const AudioInfo& audio) : SoundTimeline(audio.pieces, audio.sample_rate) {}

SoundTimeline::SoundTimeline(std::vector<SoundPiece> pieces, int sample_rate)
    : pieces_(std::move(pieces)), rate_(std::max(sample_rate, 1)) {
  if (pieces_.empty()) pieces_.emplace_back();
}

std::size_t SoundTimeline::piece_of(std::int64_t sample) const {
  const auto behind = std::upper_bound(pieces_.begin() + 1, pieces_.end(), sample,
                                       [](std::int64_t s, const SoundPiece& piece) { return s < piece.first_sample; });
  return static_cast<std::size_t>(behind - pieces_.begin()) - 1;
}

std::optional<std::int64_t> SoundTimeline::end_of(std::size_t number) const {
  if (number + 1 >= pieces_.size()) return std::nullopt;
  return pieces_[number + 1].first_sample;
}

bool SoundTimeline::overlaps() const {
  for (std::size_t i = 1; i < pieces_.size(); ++i) {
    if (pieces_[i].start_s < end_time_of(pieces_[i].first_sample)) return true;
  }
  return false;
}

Seconds SoundTimeline::time_in(const SoundPiece& piece, std::int64_t sample) const {
  return piece.start_s + Rational(sample - piece.first_sample, rate_) * piece.stretch;
}

Seconds SoundTimeline::time_of(std::int64_t sample) const {
  return time_in(pieces_[piece_of(sample)], sample);
}

std::int64_t SoundTimeline::sample_at(const Seconds& time) const {
  std::size_t number = pieces_.size() - 1;
  while (number > 0 && pieces_[number].start_s > time) --number;
  const SoundPiece& piece = pieces_[number];
  const std::int64_t sample = piece.first_sample + ((time - piece.start_s) / piece.stretch * Rational(rate_)).round();
  const std::int64_t end = end_of(number).value_or(sample);
  return std::min(sample, end);
}

Seconds SoundTimeline::end_time_of(std::int64_t samples) const {
  return time_in(pieces_[piece_of(samples - 1)], samples);
}

SoundFlaws flaws_of(const AudioInfo& audio) {
  const SoundTimeline timeline(audio);
  SoundFlaws flaws;
  for (std::size_t i = 0; i < audio.pieces.size(); ++i) {
    const SoundPiece& piece = audio.pieces[i];
    if (abs(piece.stretch - 1) > abs(flaws.stretch - 1)) flaws.stretch = piece.stretch;
    if (i == 0) continue;
    const Seconds jump = piece.start_s - timeline.end_time_of(piece.first_sample);
    if (jump > 0) {
      ++flaws.gaps;
      flaws.gap_s = flaws.gap_s + jump;
    } else if (jump < 0) {
      ++flaws.overlaps;
      flaws.overlap_s = flaws.overlap_s - jump;
    }
  }
  return flaws;
}

// Finding the pieces -------------------------------------------------------------------------------------------------

SoundClock clock_of(std::string_view format) {
  if (format == "mpegts" || format == "mpeg") return SoundClock::restarts;
  if (format == "asf") return SoundClock::rough;
  constexpr std::array<std::string_view, 8> steady{
      "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "flv", "ogg", "nut", "mxf", "gxf", "rm"};
  return std::find(steady.begin(), steady.end(), format) != steady.end() ? SoundClock::steady : SoundClock::none;
}

SoundTimelineFit::SoundTimelineFit(Rational tick, int sample_rate, SoundClock clock)
    : tick_(std::move(tick)), rate_(std::max(sample_rate, 1)), clock_(clock) {
  const double least = clock_ == SoundClock::rough ? rough_jump_s : least_jump_s;
  rounding_ = std::max(2 * tick_.to_double(), least) * rate_ + 0.5;
}

void SoundTimelineFit::add(std::optional<std::int64_t> ticks, std::int64_t samples, bool begins_packet) {
  if (ticks && clock_ != SoundClock::none) {
    if (!first_ticks_) first_ticks_ = *ticks;
    // In 128 bits, because the difference of two large numbers is wanted.
    const Wide time = (Wide{*ticks} - *first_ticks_) * tick_.num() * rate_;
    const auto late = static_cast<double>(time - Wide{samples_} * tick_.den()) / static_cast<double>(tick_.den());
    if (says_the_same(late)) {
      ++pending_.back().frames;
      if (begins_packet) ++pending_.back().packets;
    } else {
      pending_.push_back({samples_, samples, late});
    }
    if (pending_.size() > neighbours) classify_front();
  }
  samples_ += samples;
}

std::size_t SoundTimelineFit::Point::votes() const {
  return std::min(static_cast<std::size_t>(packets), neighbours);
}

/// Several frames may share a packet of the container, and then a timestamp; FFmpeg derives those of the others from
/// the first. Counted one by one, they would confirm the jitter of a single packet.
bool SoundTimelineFit::says_the_same(double late) const {
  if (clock_ != SoundClock::restarts || pending_.empty()) return false;
  return std::abs(late - pending_.back().late) <= 2 * tick_.to_double() * rate_;
}

/// Classifies the oldest frame, whose successors are known.
void SoundTimelineFit::classify_front() {
  Point point = pending_.front();
  point.late += shift_;
  if (pieces_.empty()) {
    begin_piece(point);
  } else {
    const double step = point.late - last_late_;
    // A clock error moves every packet by that much, and packets may be long.
    const double usual = std::max(rounding_, most_drift * static_cast<double>(last_length_));
    if (std::abs(step) <= usual) {
      take(point);
    } else {
      const std::vector<double> next = upcoming(), last(recent_.begin(), recent_.end());
      const std::vector<double> nearest = until_next_jump(next, std::max(usual, std::abs(step) / 2));
      const double before = median(last), noise = noise_of(last, next);
      if (!stays(step, median(next) - before, noise) &&
          !stays(step, median(nearest) - before, noise_of(last, nearest))) {
        // Jittery points count like others; a single outlier is ignored.
        if (std::abs(point.late - before) <= std::max(2 * usual, 6 * noise)) take(point);
      } else if (is_restart(point, step)) {
        restarted_ = true;
        shift_ -= step;
        point.late -= step;
        take(point);
      } else {
        begin_piece(point);
      }
    }
  }
  pending_.pop_front();
}

/// The delays of the frames that are not classified yet, one per packet of the container.
std::vector<double> SoundTimelineFit::upcoming() const {
  std::vector<double> next;
  for (const Point& point : pending_) {
    if (next.size() > neighbours) break;
    next.insert(next.end(), point.votes(), point.late + shift_);
  }
  if (next.size() > neighbours) next.resize(neighbours + 1);
  return next;
}

/// A jump that the following frames confirm: they are off by about as much. Or by more, where it is the first of
/// several and exceeds the jitter by itself.
bool SoundTimelineFit::stays(double step, double shift, double noise) const {
  std::int64_t frames = 0;
  for (const Point& point : pending_) frames += point.frames;
  const double least_s = frames < enough_frames && step < 0 ? least_last_overlap_s : least_jump_s;
  const double least = std::max({std::abs(step) / 2, least_s * rate_, 4 * noise});
  const bool stands_out = std::abs(step) >= std::max(4 * noise, least_s * rate_);
  return std::abs(shift) >= least && (std::abs(shift) <= 2 * std::abs(step) || stands_out) && (shift > 0) == (step > 0);
}

bool SoundTimelineFit::is_restart(const Point& point, double jump) const {
  const bool at_start = jump < 0 && static_cast<double>(point.sample) + point.late <= rounding_;
  if (at_start) return true;
  return jump < -longest_overlap_s * rate_ || (clock_ == SoundClock::restarts && jump > restart_s * rate_);
}

void SoundTimelineFit::begin_piece(const Point& point) {
  Piece piece;
  piece.first_sample = point.sample;
  piece.origin = point.late;
  pieces_.push_back(piece);
  recent_.clear();
  take(point);
}

void SoundTimelineFit::take(const Point& point) {
  points_ += point.frames;
  Piece& piece = pieces_.back();
  piece.packets += static_cast<double>(point.packets);
  const double y = point.late - piece.origin;
  for (std::int64_t i = 0; i < point.frames; ++i) {
    piece.line.take(static_cast<double>(point.sample + i * point.length - piece.first_sample), y);
  }
  last_late_ = point.late;
  last_length_ = point.length;
  recent_.insert(recent_.end(), point.votes(), point.late);
  while (recent_.size() > neighbours) recent_.pop_front();
}

/// 1 where the line through the points is level, as far as their jitter allows.
Rational SoundTimelineFit::stretch_of(const Piece& piece) const {
  constexpr std::int64_t resolution = 10'000'000;  // 0.1 millionths: a third of a millisecond in an hour
  const DriftLine& line = piece.line;
  if (piece.packets < least_slope_packets || line.furthest() < least_slope_s * rate_) return 1;
  const double slope = line.slope();
  const double rise = std::abs(slope) * line.furthest();
  // Frames of one packet are not independent, and the line uses up two packets.
  const double witnesses = piece.packets - 2;
  const double uncertain = std::sqrt(line.residual() * 12 / witnesses);
  // A slope this many times its uncertainty occurs by chance in one line of a thousand (Student's t).
  const double sure = witnesses < 3 ? 32 : 6 + 60 / (witnesses * witnesses);
  if (rise <= rounding_ || rise <= sure * uncertain || !line.slopes_all_along()) return 1;
  return {std::llround((1 + slope) * static_cast<double>(resolution)), resolution};
}

SoundTimelineFit::Result SoundTimelineFit::finish(std::int64_t skipped) {
  while (!pending_.empty()) classify_front();
  Result result;
  result.restarts = restarted_;
  result.plausible = pieces_.size() < 8 || pieces_.size() * 4 < static_cast<std::size_t>(points_);
  // Pieces without an audible sample are ignored: the sound starts with the first audible one.
  const auto is_begun = [skipped](const Piece& piece) { return piece.first_sample <= skipped; };
  const auto behind = std::find_if_not(pieces_.begin(), pieces_.end(), is_begun);
  const std::span<const Piece> heard(behind == pieces_.begin() ? behind : behind - 1, pieces_.end());
  double first_level = 0;
  for (const Piece& piece : heard) {
    const Rational stretch = stretch_of(piece);
    if (abs(stretch - 1).to_double() > most_drift) result.plausible = false;
    const double slope = (stretch - 1).to_double();
    const double level = piece.line.level_at_slope(slope);  // of the line at the piece's first sample
    if (result.pieces.empty()) {
      const bool leads = &piece == &pieces_.front();
      first_level = leads ? level : piece.origin + level - slope * static_cast<double>(piece.first_sample);
      const double early = leads ? level : first_level + slope * static_cast<double>(skipped);
      result.first_is_early = Rational(std::llround(early), rate_);
      result.first_is_off = std::abs(early) > rounding_;
      result.pieces.push_back({0, 0, stretch});
      continue;
    }
    const std::int64_t first = std::max<std::int64_t>(piece.first_sample - skipped, 0);
    const double skipped_late = (result.pieces.front().stretch - 1).to_double() * static_cast<double>(skipped);
    const double late = piece.origin + level - first_level - skipped_late;
    const Seconds start(first + std::llround(late), rate_);
    const SoundTimeline so_far(result.pieces, rate_);
    const bool jumps = std::abs((start - so_far.end_time_of(first)).to_double()) >= least_jump_s;
    if (!jumps && stretch == 1 && result.pieces.back().stretch == 1) continue;
    result.pieces.push_back({first, start, stretch});
  }
  if (result.pieces.size() == 1 && result.pieces.front().stretch == 1) result.pieces.clear();
  return result;
}

}  // namespace react1::media
