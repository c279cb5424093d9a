// SPDX-License-Identifier: Apache-2.0
#include "media/format/mp4_sample_table.hpp"

#include <algorithm>
#include <limits>

#include "core/saturate.hpp"

namespace react1::media {
namespace {

constexpr std::size_t head = 4;  ///< version and flags

/// A box with a head, a count and a list of entries of the same width.
class Table {
 public:
  Table(const Mp4BoxBytes& box, std::size_t entry_size, std::size_t before_count = head)
      : box_(box), entry_size_(entry_size), entries_at_(before_count + 4), is_present_(box.size() >= entries_at_) {
    if (!is_present_) return;
    count_ = box.number(before_count, 4);
    is_whole_ = count_ <= (box.size() - entries_at_) / entry_size;
  }

  [[nodiscard]] bool is_whole() const noexcept { return is_present_ && is_whole_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }
  /// `width` bytes of entry `index`, `offset` bytes into it.
  [[nodiscard]] std::uint64_t at(std::uint64_t index, std::size_t offset = 0, std::size_t width = 4) const {
    return box_.number(entries_at_ + static_cast<std::size_t>(index) * entry_size_ + offset, width);
  }

 private:
  const Mp4BoxBytes& box_;
  std::size_t entry_size_, entries_at_;
  std::uint64_t count_ = 0;
  bool is_present_;
  bool is_whole_ = false;
};

/// stsz: one size for all, or one each.
class Sizes {
 public:
  explicit Sizes(const Mp4BoxBytes& box) : table_(box, 4, /*before_count=*/8) {
    if (box.size() >= 12) common_ = Table(box, 4).size();  // the field in front of the count
    if (common_ != 0 && box.size() >= 12) is_whole_ = true;
  }
  [[nodiscard]] bool is_whole() const noexcept { return is_whole_ || table_.is_whole(); }
  [[nodiscard]] std::uint64_t count() const noexcept { return table_.size(); }
  /// Of the samples [first, first + count).
  [[nodiscard]] std::uint64_t sum(std::uint64_t first, std::uint64_t count) const {
    if (common_ != 0) return common_ * count;
    std::uint64_t sum = 0;
    for (std::uint64_t i = first; i < first + count; ++i) sum += table_.at(i);
    return sum;
  }

 private:
  Table table_;
  std::uint64_t common_ = 0;
  bool is_whole_ = false;
};

struct Run {
  std::int64_t count, value;
  /// A value beyond 31 bits is no time of a sample.
  [[nodiscard]] bool is_plausible() const { return value <= std::numeric_limits<std::int32_t>::max(); }
  [[nodiscard]] Mp4Run stored() const { return {static_cast<std::uint32_t>(count), static_cast<std::int32_t>(value)}; }
};

/// One run of stts or ctts. The latter's version 0 is unsigned by the standard, but some writers use it
/// for negative offsets.
Run run_at(const Table& table, std::uint64_t index, bool is_signed) {
  const auto raw = static_cast<std::uint32_t>(table.at(index, 4));
  return {static_cast<std::int64_t>(table.at(index)),
          is_signed ? std::int64_t{static_cast<std::int32_t>(raw)} : std::int64_t{raw}};
}

/// The runs of stts or ctts; nullopt unless they cover `samples` exactly.
std::optional<std::vector<Mp4Run>> runs_of(const Table& table, std::uint64_t samples, bool is_signed) {
  if (!table.is_whole()) return std::nullopt;
  std::vector<Mp4Run> runs;
  runs.reserve(static_cast<std::size_t>(table.size()));
  std::uint64_t covered = 0;
  std::int64_t ticks = 0;
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Run run = run_at(table, i, is_signed);
    covered += static_cast<std::uint64_t>(run.count);
    if (!is_signed) ticks = saturating_add(ticks, saturating_multiply(run.count, run.value));
    if (covered > samples || !run.is_plausible() || ticks > kLongestMp4Ticks) return std::nullopt;
    if (run.count > 0) runs.push_back(run.stored());
  }
  return covered == samples ? std::optional{std::move(runs)} : std::nullopt;
}

/// Calls `visit(first sample, samples, offset)` for every chunk in order. False when chunks and samples don't fit
/// together.
template <class Visit>
bool for_each_chunk(const Mp4TableBoxes& boxes, const Sizes& sizes, Visit&& visit) {
  const bool wide = boxes.stco.empty();
  const Table chunks(wide ? boxes.co64 : boxes.stco, wide ? 8 : 4);
  const Table groups(boxes.stsc, 12);
  if (!chunks.is_whole() || !groups.is_whole()) return false;
  std::uint64_t sample = 0;
  for (std::uint64_t i = 0; i < groups.size(); ++i) {
    const std::uint64_t first = groups.at(i);
    const std::uint64_t behind = i + 1 < groups.size() ? groups.at(i + 1) : chunks.size() + 1;
    const std::uint64_t per_chunk = groups.at(i, 4);
    const bool one_description = groups.at(i, 8) == 1;
    if (first < 1 || behind <= first || behind > chunks.size() + 1 || !one_description) return false;
    for (std::uint64_t chunk = first; chunk < behind; ++chunk) {
      const std::uint64_t count = std::min(per_chunk, sizes.count() - sample);
      if (count > 0) visit(sample, count, chunks.at(chunk - 1, 0, wide ? 8 : 4));
      sample += count;
    }
  }
  return sample == sizes.count();
}

/// No file reaches that far. Sizes are of 32 bits, and so are their counts: a sum of them is a little below 2^64.
constexpr bool is_in_a_file(std::uint64_t offset, std::uint64_t bytes) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return offset <= most && bytes <= most - offset;
}

/// Where the chunk that reaches farthest ends. nullopt when chunks and samples don't fit together.
std::optional<std::int64_t> end_of_data(const Mp4TableBoxes& boxes, const Sizes& sizes) {
  std::uint64_t end = 0;
  bool in_a_file = true;
  const bool fits = for_each_chunk(boxes, sizes, [&](std::uint64_t first, std::uint64_t count, std::uint64_t offset) {
    const std::uint64_t bytes = sizes.sum(first, count);
    in_a_file = in_a_file && is_in_a_file(offset, bytes);
    if (in_a_file) end = std::max(end, offset + bytes);
  });
  return fits && in_a_file ? std::optional(static_cast<std::int64_t>(end)) : std::nullopt;
}

/// Of a table's runs, what covers the samples [first, first + count). nullopt unless all its runs cover `samples`. Only
/// the part is kept: the tables of hours are large.
std::optional<std::vector<Mp4Run>> part_of(const Table& table, bool is_signed, std::uint64_t samples,
                                           std::int64_t first, std::int64_t count) {
  if (!table.is_whole()) return std::nullopt;
  std::vector<Mp4Run> part;
  std::int64_t begin = 0;
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Run run = run_at(table, i, is_signed);
    if (run.count > static_cast<std::int64_t>(samples) - begin || !run.is_plausible()) return std::nullopt;
    const std::int64_t from = std::max(begin, first), to = std::min(begin + run.count, first + count);
    if (from < to) part.push_back(Run{to - from, run.value}.stored());
    begin += run.count;
  }
  return begin == static_cast<std::int64_t>(samples) ? std::optional{std::move(part)} : std::nullopt;
}

/// Positions of samples in decoding time.
class DecodeTimes {
 public:
  explicit DecodeTimes(const Table& durations) : durations_(durations) {}
  /// The first sample decoded at or after `time`; the number of all when there is none.
  [[nodiscard]] std::int64_t sample_at(std::int64_t time) const {
    std::int64_t sample = 0, now = 0;
    for (std::uint64_t i = 0; i < durations_.size() && now < time; ++i) {
      const Run run = run_at(durations_, i, /*is_signed=*/false);
      const std::int64_t steps = run.value > 0 ? std::min(run.count, (time - now - 1) / run.value + 1) : run.count;
      sample += steps;
      now = saturating_add(now, saturating_multiply(steps, run.value));
    }
    return sample;
  }
  [[nodiscard]] std::int64_t time_of(std::int64_t sample) const {
    std::int64_t time = 0;
    for (std::uint64_t i = 0; i < durations_.size() && sample > 0; ++i) {
      const Run run = run_at(durations_, i, /*is_signed=*/false);
      time = saturating_add(time, saturating_multiply(std::min(sample, run.count), run.value));
      sample -= run.count;
    }
    return time;
  }

 private:
  const Table& durations_;
};

/// Numbers of the key frames of a stretch that begins at the last one at or before sample `begin`, which is moved
/// there.
std::vector<std::int64_t> key_frames_from(const Table& keys, std::int64_t& begin, std::int64_t end) {
  std::int64_t entry = 0;
  std::vector<std::int64_t> numbers;
  for (std::uint64_t i = 0; i < keys.size(); ++i) {
    const auto key = static_cast<std::int64_t>(keys.at(i)) - 1;
    if (key <= begin) {
      entry = std::max(entry, key);
    } else if (key < end) {
      numbers.push_back(key);
    }
  }
  numbers.insert(numbers.begin(), entry);
  begin = entry;
  for (std::int64_t& number : numbers) number -= begin;
  return numbers;
}

/// The samples [begin, end), and in front of them those back to a key frame. nullopt when there are none, and above
/// `most_samples`.
std::optional<Mp4Stretch> stretch_of(const Mp4TableBoxes& boxes, std::int64_t begin, std::int64_t end,
                                     std::int64_t most_samples) {
  const Sizes sizes(boxes.stsz);
  const Table durations(boxes.stts, 8);
  if (!sizes.is_whole() || !durations.is_whole()) return std::nullopt;
  Mp4Stretch stretch;
  stretch.all_are_key_frames = boxes.stss.empty();
  if (!stretch.all_are_key_frames) {
    const Table keys(boxes.stss, 4);
    if (!keys.is_whole() || keys.size() == 0) return std::nullopt;
    stretch.key_frames = key_frames_from(keys, begin, end);
  }
  const std::int64_t count = end - begin;
  if (count <= 0 || count > most_samples || static_cast<std::int64_t>(stretch.key_frames.size()) > count) {
    return std::nullopt;  // the last: a list with repetitions
  }
  stretch.decode_time = DecodeTimes(durations).time_of(begin);
  if (stretch.decode_time > kLongestMp4Ticks) return std::nullopt;
  auto part = part_of(durations, /*is_signed=*/false, sizes.count(), begin, count);
  if (!part) return std::nullopt;
  stretch.durations = std::move(*part);
  if (!boxes.ctts.empty()) {
    part = part_of(Table(boxes.ctts, 8), /*is_signed=*/true, sizes.count(), begin, count);
    if (!part) return std::nullopt;
    stretch.composition_offsets = std::move(*part);
  }
  bool in_a_file = true;
  const bool fits = for_each_chunk(boxes, sizes, [&](std::uint64_t first, std::uint64_t samples, std::uint64_t offset) {
    if (static_cast<std::int64_t>(first) >= end || static_cast<std::int64_t>(first + samples) <= begin) return;
    for (std::uint64_t i = first; i < first + samples; ++i) {
      const auto size = static_cast<std::int64_t>(sizes.sum(i, 1));
      in_a_file = in_a_file && is_in_a_file(offset, static_cast<std::uint64_t>(size));
      if (const auto at = static_cast<std::int64_t>(i); at >= begin && at < end) {
        stretch.offsets.push_back(static_cast<std::int64_t>(offset));
        stretch.sizes.push_back(size);
      }
      offset += static_cast<std::uint64_t>(size);
    }
  });
  return fits && in_a_file ? std::optional{std::move(stretch)} : std::nullopt;
}

}  // namespace

std::optional<Mp4SampleTable> read_sample_table(const Mp4TableBoxes& boxes) {
  const Sizes sizes(boxes.stsz);
  if (!sizes.is_whole() || sizes.count() == 0) return std::nullopt;
  Mp4SampleTable result;
  result.samples = static_cast<std::int64_t>(sizes.count());
  auto durations = runs_of(Table(boxes.stts, 8), sizes.count(), /*is_signed=*/false);
  if (!durations) return std::nullopt;
  result.durations = std::move(*durations);
  if (!boxes.ctts.empty()) {
    auto offsets = runs_of(Table(boxes.ctts, 8), sizes.count(), /*is_signed=*/true);
    if (!offsets) return std::nullopt;
    result.composition_offsets = std::move(*offsets);
  }
  const auto end = end_of_data(boxes, sizes);
  if (!end) return std::nullopt;
  result.end_byte = *end;
  if (!boxes.stss.empty()) {
    const Table keys(boxes.stss, 4);
    if (!keys.is_whole()) return std::nullopt;
    result.first_is_sync = keys.size() > 0 && keys.at(0) == 1;
  }
  return result;
}

Mp4TableBoxes table_boxes(Mp4BoxReader& boxes, const Mp4Box& parent, Mp4Tables how) {
  constexpr std::size_t piece = 16'384;
  Mp4TableBoxes tables;
  boxes.for_each(parent.body, parent.end, [&](const Mp4Box& box) {
    const auto size = static_cast<std::size_t>(box.end - box.body);
    const Mp4BoxBytes content(boxes, box, how == Mp4Tables::piecewise ? std::min(size, piece) : size);
    if (box.type == mp4_tag("stts")) tables.stts = content;
    if (box.type == mp4_tag("ctts")) tables.ctts = content;
    if (box.type == mp4_tag("stss")) tables.stss = content;
    if (box.type == mp4_tag("stsz")) tables.stsz = content;
    if (box.type == mp4_tag("stsc")) tables.stsc = content;
    if (box.type == mp4_tag("stco")) tables.stco = content;
    if (box.type == mp4_tag("co64")) tables.co64 = content;
    return true;
  });
  return tables;
}

std::optional<Mp4Stretch> read_stretch(const Mp4TableBoxes& boxes, std::int64_t from, std::int64_t to,
                                       std::int64_t most_samples) {
  const Table durations(boxes.stts, 8);
  if (!durations.is_whole()) return std::nullopt;
  const DecodeTimes times(durations);
  const std::int64_t begin =
      std::max<std::int64_t>(times.sample_at(saturating_add(from, 1)) - 1, 0);  // the last one at or before
  return stretch_of(boxes, begin, times.sample_at(to), most_samples);
}

std::optional<Mp4Stretch> read_beginning(const Mp4TableBoxes& boxes, std::int64_t samples) {
  const Sizes sizes(boxes.stsz);
  if (!sizes.is_whole()) return std::nullopt;
  return stretch_of(boxes, 0, std::min(samples, static_cast<std::int64_t>(sizes.count())), samples);
}

}  // namespace react1::media
