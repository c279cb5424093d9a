// SPDX-License-Identifier: Apache-2.0
#include "media/source/source_io.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include <react1/error.hpp>

#include "core/remote_file.hpp"
#include "media/source/origin.hpp"
#include "media/source/source_bytes.hpp"
#include "media/source/spool.hpp"

namespace react1::media {
namespace {

constexpr int buffer_size = 1 << 16;

/// A server's file for one reader, with a stop token.
class RemoteBytes final : public Bytes {
 public:
  RemoteBytes(std::shared_ptr<RemoteFile> file, RemoteCall call) : file_(std::move(file)), call_(std::move(call)) {}
  [[nodiscard]] std::int64_t size() const noexcept override { return file_->size().value_or(0); }
  [[nodiscard]] std::size_t read_at(std::int64_t offset, std::span<std::byte> buffer) override {
    return file_->read_at(offset, buffer, call_);
  }

 private:
  std::shared_ptr<RemoteFile> file_;
  RemoteCall call_;
};

}  // namespace

void SourceIo::FreeOwn::operator()(AVIOContext* context) const noexcept {
  av_freep(&context->buffer);  // FFmpeg may have replaced the one it was given
  avio_context_free(&context);
}

SourceIo::SourceIo(const Source& source, const SourceOptions& options, ff::Interrupt& interrupt)
    : interrupt_(interrupt),
      name_(source.name()),
      bytes_(source.kind() == Source::Kind::url ? open_remote(source, options)
                                                : local_bytes(source, options, interrupt)),
      size_(bytes_->size()) {
  make_context();
  if (size_ > options.max_source_bytes) {
    throw Error{ErrorCode::media, source.name(),
                fmt::format("has {} bytes; no more than {} are read", size_, options.max_source_bytes),
                Error::Extra{.hint = "allow more (--max-source-size)"}};
  }
  interrupt_.watch(&context(), size_);
}

void SourceIo::make_context() {
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_size));
  if (buffer == nullptr) throw std::bad_alloc{};
  AVIOContext* context = avio_alloc_context(buffer, buffer_size, /*write_flag=*/0, this, &SourceIo::read,
                                            /*write_packet=*/nullptr, &SourceIo::seek);
  if (context == nullptr) {
    av_free(buffer);
    throw std::bad_alloc{};
  }
  context_.reset(context);
}

/// A server without ranges is read once, into a local file, because the clip is read several times and out of order.
std::shared_ptr<Bytes> SourceIo::open_remote(const Source& source, const SourceOptions& options) {
  auto& origin = SourceAccess::origin(source);
  if (auto spooled = origin.spooled.made()) return spooled;
  const RemoteCall call{.stop = interrupt_.stop(), .stall_timeout = options.stall_timeout};
  auto file = origin.remote.get(name_, /*can_repeat=*/true, call.stop,
                                [&] { return open_remote_file(source.address(), call); });
  if (file->size()) {
    is_remote_ = true;
    return std::make_shared<RemoteBytes>(std::move(file), call);
  }
  return origin.spooled.get(name_, /*can_repeat=*/true, call.stop, [&] {
    Spool spool(options, name_);
    const auto size = file->copy_to(spool.descriptor(), spool.room(), call);
    if (!size) spool.refuse_length();
    spool.take_over(*size);
    return spool.finish();
  });
}

int SourceIo::read(void* self, std::uint8_t* buffer, int size) noexcept {
  auto& io = *static_cast<SourceIo*>(self);
  if (io.interrupt_.should_end()) return AVERROR_EXIT;
  try {
    const std::size_t got =
        io.bytes_->read_at(io.position_, std::as_writable_bytes(std::span{buffer, static_cast<std::size_t>(size)}));
    if (got == 0) return AVERROR_EOF;
    io.position_ += static_cast<std::int64_t>(got);
    return static_cast<int>(got);
  } catch (...) {  // rethrown once FFmpeg has returned
    io.failure_ = std::current_exception();
    return AVERROR_EXTERNAL;
  }
}

std::int64_t SourceIo::seek(void* self, std::int64_t offset, int whence) noexcept {
  auto& io = *static_cast<SourceIo*>(self);
  std::int64_t base = 0;
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return io.size_;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      base = io.position_;
      break;
    case SEEK_END:
      base = io.size_;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < -base || offset > INT64_MAX - base) return AVERROR(EINVAL);
  io.position_ = base + offset;
  return io.position_;
}

std::vector<std::byte> SourceIo::beginning(std::int64_t most) {
  constexpr std::size_t block = std::size_t{1} << 20U;
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::clamp<std::int64_t>(most, 0, size_)));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    interrupt_.begin();
    interrupt_.throw_if_ended(name_);
    const auto rest = std::span{bytes}.subspan(filled).first(std::min(block, bytes.size() - filled));
    const std::size_t got = bytes_->read_at(static_cast<std::int64_t>(filled), rest);
    if (got == 0) break;
    filled += got;
  }
  bytes.resize(filled);
  return bytes;
}

void SourceIo::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace react1::media
