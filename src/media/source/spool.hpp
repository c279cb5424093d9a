// SPDX-License-Identifier: Apache-2.0
// An unlinked temporary file for input that can be read only once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <react1/source.hpp>

#include "media/source/bytes.hpp"
#include "media/source/made_once.hpp"

namespace react1::media {

/// Being written; not visible in the folder. One thread.
class Spool {
 public:
  /// `name` is the source's, for messages. Throws Error{io}.
  Spool(const SourceOptions& options, std::string name);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  /// Throws Error{io} (a full disk), {media} beyond max_spooled_bytes or max_source_bytes.
  void append(std::span<const std::byte> bytes);
  /// For a caller that writes all of it itself, from the start, up to room() bytes, and then calls take_over().
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::int64_t room() const noexcept;
  void take_over(std::int64_t size) noexcept { size_ = size; }
  /// Throws the Error{media} of append() for longer input.
  [[noreturn]] void refuse_length() const;
  /// Throws Error{media} when nothing was written.
  [[nodiscard]] std::shared_ptr<Bytes> finish();

 private:
  const SourceOptions& options_;
  std::string name_;
  int descriptor_;
  std::int64_t size_ = 0;
};

using SpooledOnce = MadeOnce<Bytes>;

}  // namespace react1::media
