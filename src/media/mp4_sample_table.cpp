#include "media/mp4_sample_table.hpp"

#include <algorithm>
#include <limits>

namespace react1::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t head = 4;  ///< version and flags

/// A box that is a list of entries of the same width behind its head and a count.
class Table {
 public:
  Table(Bytes box, std::size_t entry_size, std::size_t before_count = head)
      : entry_size_(entry_size), is_present_(box.size() >= before_count + 4) {
    if (!is_present_) return;
    version_ = box[0];
    count_ = number(box, before_count, 4);
    entries_ = box.subspan(before_count + 4);
    is_whole_ = count_ <= entries_.size() / entry_size;
  }

  [[nodiscard]] bool is_whole() const noexcept { return is_present_ && is_whole_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }
  [[nodiscard]] int version() const noexcept { return version_; }
  /// `width` bytes of entry `index`, `offset` bytes into it.
  [[nodiscard]] std::uint64_t at(std::uint64_t index, std::size_t offset = 0, std::size_t width = 4) const {
    return number(entries_, static_cast<std::size_t>(index) * entry_size_ + offset, width);
  }

 private:
  static std::uint64_t number(Bytes bytes, std::size_t offset, std::size_t width) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes.subspan(offset, width)) value = value << 8U | byte;
    return value;
  }

  Bytes entries_;
  std::size_t entry_size_;
  std::uint64_t count_ = 0;
  int version_ = 0;
  bool is_present_;
  bool is_whole_ = false;
};

/// stsz: one size for all, or one each.
class Sizes {
 public:
  explicit Sizes(Bytes box) : table_(box, 4, /*before_count=*/8) {
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

/// The runs of stts or ctts; nullopt unless they cover `samples` exactly.
std::optional<std::vector<Mp4Run>> runs_of(const Table& table, std::uint64_t samples, bool is_signed) {
  if (!table.is_whole()) return std::nullopt;
  std::vector<Mp4Run> runs;
  std::uint64_t covered = 0;
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const std::uint64_t count = table.at(i);
    const auto raw = static_cast<std::uint32_t>(table.at(i, 4));
    covered += count;
    if (covered > samples) return std::nullopt;
    const std::int64_t value = is_signed ? std::int64_t{static_cast<std::int32_t>(raw)} : std::int64_t{raw};
    if (count > 0) runs.push_back({static_cast<std::int64_t>(count), value});
  }
  return covered == samples ? std::optional{std::move(runs)} : std::nullopt;
}

/// Where the chunk that reaches farthest ends. nullopt when chunks and samples don't fit together.
std::optional<std::int64_t> end_of_data(const Mp4TableBoxes& boxes, const Sizes& sizes) {
  const bool wide = boxes.stco.empty();
  const Table chunks(wide ? boxes.co64 : boxes.stco, wide ? 8 : 4);
  const Table groups(boxes.stsc, 12);
  if (!chunks.is_whole() || !groups.is_whole()) return std::nullopt;
  std::uint64_t sample = 0;
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i < groups.size(); ++i) {
    const std::uint64_t first = groups.at(i);
    const std::uint64_t behind = i + 1 < groups.size() ? groups.at(i + 1) : chunks.size() + 1;
    const std::uint64_t per_chunk = groups.at(i, 4);
    const bool one_description = groups.at(i, 8) == 1;
    if (first < 1 || behind <= first || behind > chunks.size() + 1 || !one_description) return std::nullopt;
    for (std::uint64_t chunk = first; chunk < behind; ++chunk) {
      const std::uint64_t count = std::min(per_chunk, sizes.count() - sample);
      const std::uint64_t offset = chunks.at(chunk - 1, 0, wide ? 8 : 4);
      if (count > 0) end = std::max(end, offset + sizes.sum(sample, count));
      sample += count;
    }
  }
  if (sample != sizes.count() || end > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(end);
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
    // Version 0 says unsigned, but the writers that need negative offsets put them there as well.
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

}  // namespace react1::media
