// SPDX-License-Identifier: Apache-2.0
// A source as FFmpeg reads it: every kind through one I/O context that FFmpeg did not open itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <react1/source.hpp>

#include "media/ff/handles.hpp"
#include "media/ff/interrupt.hpp"
#include "media/source/bytes.hpp"

namespace react1::media {

/// One reader of a source, with a position of its own. One thread at a time.
class SourceIo {
 public:
  /// Opens `source`; spools it when it can't be read out of order. `interrupt` must outlive this object and watches it
  /// from now on. Throws Error{io} (missing, a folder, a terminal), {media} (empty, over a limit, a web page),
  /// {network}, {interrupted}.
  SourceIo(const Source& source, const SourceOptions& options, ff::Interrupt& interrupt);
  SourceIo(const SourceIo&) = delete;
  SourceIo& operator=(const SourceIo&) = delete;

  [[nodiscard]] AVIOContext& context() const noexcept { return *context_; }
  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  /// The first `most` bytes, fewer when there are no more. The context's position stays. Throws as the constructor
  /// does.
  [[nodiscard]] std::vector<std::byte> beginning(std::int64_t most);
  /// True for a server that is read by ranges.
  [[nodiscard]] bool is_remote() const noexcept { return is_remote_; }
  /// Throws what the source threw inside FFmpeg, which only reports that reading failed.
  void rethrow_failure() const;

 private:
  struct FreeOwn {
    void operator()(AVIOContext* context) const noexcept;
  };

  [[nodiscard]] std::shared_ptr<Bytes> open_remote(const Source& source, const SourceOptions& options);
  void make_context();
  static int read(void* self, std::uint8_t* buffer, int size) noexcept;
  static std::int64_t seek(void* self, std::int64_t offset, int whence) noexcept;

  ff::Interrupt& interrupt_;
  std::string name_;
  bool is_remote_ = false;  // before bytes_, whose opening sets it
  std::shared_ptr<Bytes> bytes_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::exception_ptr failure_;
  std::unique_ptr<AVIOContext, FreeOwn> context_;
};

}  // namespace react1::media
