// SPDX-License-Identifier: Apache-2.0
#include "http/remote/block_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace react1::http {

std::size_t BlockCache::read(std::int64_t offset, std::span<std::byte> buffer) {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [offset](const Block& block) {
    return block.begin <= offset && offset < block.end();
  });
  if (found == blocks_.end()) return 0;
  const auto from = static_cast<std::size_t>(offset - found->begin);
  const std::size_t count = std::min(buffer.size(), found->bytes.size() - from);
  std::memcpy(buffer.data(), found->bytes.data() + from, count);
  blocks_.splice(blocks_.begin(), blocks_, found);
  return count;
}

BlockCache::Part BlockCache::missing(std::int64_t offset, std::int64_t size) const {
  std::int64_t begin = offset - offset % sizes_.step;
  std::int64_t length = sizes_.first;
  std::int64_t limit = size;
  for (const Block& block : blocks_) {
    if (block.end() <= offset) begin = std::max(begin, block.end());
    if (block.begin > offset) limit = std::min(limit, block.begin);
  }
  for (const Block& block : blocks_) {
    const auto grown = 2 * static_cast<std::int64_t>(block.bytes.size());
    if (block.end() == offset) length = std::clamp(grown, sizes_.first, sizes_.most);
  }
  return {begin, length < limit - begin ? begin + length : limit};
}

void BlockCache::put(std::int64_t begin, std::string bytes) {
  held_ += static_cast<std::int64_t>(bytes.size());
  blocks_.push_front({begin, std::move(bytes)});
  while (held_ > sizes_.kept && blocks_.size() > 1) {
    held_ -= static_cast<std::int64_t>(blocks_.back().bytes.size());
    blocks_.pop_back();
  }
}

}  // namespace react1::http
