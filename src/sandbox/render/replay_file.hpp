// SPDX-License-Identifier: Apache-2.0
// Pictures that are shown again later, kept on disk rather than in memory: a second of 1080p is 78 MB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <unordered_map>

#include "media/ff/handles.hpp"

namespace react1::sandbox {

/// An unlinked file, removed with its object or its process. Not thread-safe.
class ReplayFile {
 public:
  /// Nothing is created before the first put().
  explicit ReplayFile(std::filesystem::path folder);
  ReplayFile(const ReplayFile&) = delete;
  ReplayFile& operator=(const ReplayFile&) = delete;
  ~ReplayFile();

  /// Pictures are 8-bit 4:2:0, all of one size. Throws Error{io}.
  void put(std::int64_t number, const AVFrame& picture);
  [[nodiscard]] bool holds(std::int64_t number) const { return slots_.find(number) != slots_.end(); }
  /// Throws Error{io}; Error{internal} for a picture that was never put.
  [[nodiscard]] media::ff::Frame get(std::int64_t number) const;

 private:
  void open();

  std::filesystem::path folder_;
  int fd_ = -1;
  int width_ = 0, height_ = 0;
  std::unordered_map<std::int64_t, std::int64_t> slots_;
};

}  // namespace react1::sandbox
