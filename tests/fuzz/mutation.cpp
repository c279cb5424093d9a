// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace react1::fuzz {
namespace {

using Offset = std::ptrdiff_t;

constexpr std::array<std::uint32_t, 9> telling_values{0,      1,          2,          0x7F,      0x7FFF,
                                                      0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

auto at(Content& file, std::size_t offset) {
  return file.begin() + static_cast<Offset>(std::min(offset, file.size()));
}

Content part(const Content& file, std::size_t begin, std::size_t size) {
  begin = std::min(begin, file.size());
  size = std::min(size, file.size() - begin);
  return {file.begin() + static_cast<Offset>(begin), file.begin() + static_cast<Offset>(begin + size)};
}

void put32(Content& file, std::size_t offset, std::uint32_t value) {
  for (std::size_t i = 0; i < 4 && offset + i < file.size(); ++i) {
    file[offset + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
}

std::uint32_t get32(const Content& file, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | file[offset + i];
  return value;
}

// Damage to bytes, whatever the format.

std::string flip_bits(Content& file, const Content& /*other*/, Random& random) {
  // Half of them near the start, where the headers are.
  const std::size_t reach = random.below(2) == 0 ? std::min<std::size_t>(file.size(), 4096) : file.size();
  for (std::size_t count = 1 + random.below(64); count > 0; --count) {
    file[random.below(reach)] ^= static_cast<std::uint8_t>(1U << random.below(8));
  }
  return "bit flips";
}

std::string truncate(Content& file, const Content& /*other*/, Random& random) {
  file.resize(1 + random.below(file.size()));
  return "truncation";
}

std::string zero_block(Content& file, const Content& /*other*/, Random& random) {
  const std::size_t begin = random.below(file.size());
  const std::size_t size = std::min(file.size() - begin, 1 + random.below(65536));
  std::fill_n(at(file, begin), size, random.below(2) == 0 ? std::uint8_t{0} : std::uint8_t{0xFF});
  return "zeroed block";
}

std::string duplicate_block(Content& file, const Content& /*other*/, Random& random) {
  const Content block = part(file, random.below(file.size()), 1 + random.below(65536));
  file.insert(at(file, random.below(file.size())), block.begin(), block.end());
  return "duplicated block";
}

std::string remove_block(Content& file, const Content& /*other*/, Random& random) {
  const std::size_t begin = random.below(file.size() - 1);
  const std::size_t size = std::min(file.size() - begin - 1, 1 + random.below(65536));
  file.erase(at(file, begin), at(file, begin + size));
  return "removed block";
}

std::string foreign_block(Content& file, const Content& other, Random& random) {
  const Content block = part(other, random.below(other.size()), 1 + random.below(65536));
  const std::size_t begin = random.below(file.size());
  std::copy_n(block.begin(), std::min(block.size(), file.size() - begin), at(file, begin));
  return "block of another file";
}

std::string foreign_tail(Content& file, const Content& other, Random& random) {
  file.resize(1 + random.below(file.size()));
  const Content tail = part(other, random.below(other.size()), other.size());
  file.insert(file.end(), tail.begin(), tail.end());
  return "tail of another file";
}

std::string telling_number(Content& file, const Content& /*other*/, Random& random) {
  put32(file, random.below(std::min<std::size_t>(file.size(), 8192)),
        telling_values[random.below(telling_values.size())]);
  return "telling number";
}

// Damage to the boxes of an MP4.

struct Box {
  std::size_t begin = 0, size = 0;
  std::string type;
  std::vector<std::size_t> parents;  // offsets of the boxes it is in
};

bool is_container(std::string_view type) {
  constexpr std::array<std::string_view, 12> names{"moov", "trak", "mdia", "minf", "stbl", "edts",
                                                   "udta", "mvex", "moof", "traf", "dinf", "meta"};
  return std::find(names.begin(), names.end(), type) != names.end();
}

void find_boxes(const Content& file, std::size_t begin, std::size_t end, const std::vector<std::size_t>& parents,
                std::vector<Box>& boxes) {
  constexpr std::size_t most = 500;
  while (begin + 8 <= end && boxes.size() < most) {
    const std::size_t size = get32(file, begin);
    if (size < 8 || size > end - begin) return;
    const std::string type(file.begin() + static_cast<Offset>(begin + 4),
                           file.begin() + static_cast<Offset>(begin + 8));
    boxes.push_back({begin, size, type, parents});
    if (is_container(type)) {
      std::vector<std::size_t> inner = parents;
      inner.push_back(begin);
      find_boxes(file, begin + 8, begin + size, inner, boxes);
    }
    begin += size;
  }
}

std::vector<Box> boxes_of(const Content& file) {
  std::vector<Box> boxes;
  if (file.size() >= 8 && std::string_view{reinterpret_cast<const char*>(file.data()) + 4, 4} == "ftyp") {
    find_boxes(file, 0, file.size(), {}, boxes);
  }
  return boxes;
}

/// Half the time the boxes around learn of it, so that the damage gets past the outer checks.
void grow_parents(Content& file, const Box& box, std::int64_t bytes, Random& random) {
  if (random.below(2) == 0) return;
  for (const std::size_t parent : box.parents) {
    put32(file, parent, static_cast<std::uint32_t>(get32(file, parent) + static_cast<std::uint64_t>(bytes)));
  }
}

std::string mutate_box(Content& file, const Content& other, Random& random) {
  const std::vector<Box> boxes = boxes_of(file);
  if (boxes.empty()) return telling_number(file, other, random);
  const Box& box = boxes[random.below(boxes.size())];
  const Box& second = boxes[random.below(boxes.size())];
  const Content copy = part(file, box.begin, box.size);
  const auto signed_size = static_cast<std::int64_t>(box.size);
  switch (random.below(7)) {
    case 0:
      grow_parents(file, box, -signed_size, random);
      file.erase(at(file, box.begin), at(file, box.begin + box.size));
      return "remove box " + box.type;
    case 1:
      grow_parents(file, box, signed_size, random);
      file.insert(at(file, box.begin), copy.begin(), copy.end());
      return "duplicate box " + box.type;
    case 2: {  // reorder: to where another box begins
      Content rest = file;
      rest.erase(at(rest, box.begin), at(rest, box.begin + box.size));
      rest.insert(at(rest, second.begin), copy.begin(), copy.end());
      file = std::move(rest);
      return "move box " + box.type + " to " + second.type;
    }
    case 3:  // two names for each other's content
      std::swap_ranges(at(file, box.begin + 4), at(file, box.begin + 8), at(file, second.begin + 4));
      return "swap types of " + box.type + " and " + second.type;
    case 4:
      put32(file, box.begin,
            random.below(2) == 0 ? telling_values[random.below(telling_values.size())]
                                 : static_cast<std::uint32_t>(random.below(2 * box.size + 16)));
      return "resize box " + box.type;
    case 5: {
      const std::vector<Box> foreign = boxes_of(other);
      if (foreign.empty()) return flip_bits(file, other, random);
      const Box& taken = foreign[random.below(foreign.size())];
      const Content content = part(other, taken.begin, taken.size);
      grow_parents(file, box, static_cast<std::int64_t>(taken.size) - signed_size, random);
      file.erase(at(file, box.begin), at(file, box.begin + box.size));
      file.insert(at(file, box.begin), content.begin(), content.end());
      return "replace box " + box.type + " by another file's " + taken.type;
    }
    default: {
      const bool is_small = box.size < 1U << 20U;
      const std::size_t field = box.begin + 8 + 4 * random.below(is_small ? box.size / 4 : 16);
      put32(file, field, telling_values[random.below(telling_values.size())]);
      return "telling number in box " + box.type;
    }
  }
}

using Damage = std::string (*)(Content&, const Content&, Random&);
constexpr std::array<Damage, 12> damages{flip_bits,      truncate,   zero_block,    duplicate_block,
                                         remove_block,   mutate_box, foreign_block, foreign_tail,
                                         telling_number, mutate_box, mutate_box,    mutate_box};

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t value = state_;
  value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
  value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
  return value ^ value >> 31U;
}

std::size_t Random::below(std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound);
}

std::string mutate(Content& file, const Content& other, Random& random) {
  std::string changes;
  for (std::size_t count = 1 + random.below(3); count > 0 && file.size() > 16; --count) {
    if (!changes.empty()) changes += ", ";
    changes += damages[random.below(damages.size())](file, other, random);
  }
  return changes;
}

}  // namespace react1::fuzz
