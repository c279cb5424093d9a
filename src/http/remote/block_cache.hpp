// SPDX-License-Identifier: Apache-2.0
// The recently read parts of a remote file, and which part to request next. Pure, not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>

namespace react1::http {

/// How a file is requested: few large parts, because each costs a round trip.
struct BlockSizes {
  std::int64_t first = std::int64_t{1} << 20;   ///< of a part that follows none
  std::int64_t most = std::int64_t{8} << 20;    ///< reading on doubles the part up to this
  std::int64_t step = std::int64_t{256} << 10;  ///< a part begins at a multiple: the bytes before are often read next
  std::int64_t kept = std::int64_t{32} << 20;   ///< bytes in memory; the latest part stays whatever its size
};

class BlockCache {
 public:
  explicit BlockCache(BlockSizes sizes) noexcept : sizes_(sizes) {}

  /// Copies what it has from `offset` on to the front of `buffer`; 0: nothing.
  [[nodiscard]] std::size_t read(std::int64_t offset, std::span<std::byte> buffer);
  /// The part to request when read(offset) gave nothing: it holds `offset`, overlaps no other and ends at `size`.
  struct Part {
    std::int64_t begin = 0, end = 0;
    [[nodiscard]] std::int64_t bytes() const noexcept { return end - begin; }
  };
  [[nodiscard]] Part missing(std::int64_t offset, std::int64_t size) const;
  void put(std::int64_t begin, std::string bytes);
  [[nodiscard]] const BlockSizes& sizes() const noexcept { return sizes_; }

 private:
  struct Block {
    std::int64_t begin = 0;
    std::string bytes;
    [[nodiscard]] std::int64_t end() const noexcept { return begin + static_cast<std::int64_t>(bytes.size()); }
  };

  BlockSizes sizes_;
  std::list<Block> blocks_;  // the latest used one first
  std::int64_t held_ = 0;
};

}  // namespace react1::http
