#include "media/source_io.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include <react1/error.hpp>

#include "media/ff/check.hpp"
#include "media/origin.hpp"
#include "media/source_address.hpp"
#include "media/source_bytes.hpp"

namespace react1::media {
namespace {

constexpr int buffer_size = 1 << 16;

void throw_if_ended(const ff::Interrupt& interrupt, const std::string& name) {
  if (const auto ended = interrupt.error(name)) throw *ended;
}

AVIOContext* connect(const Source& source, ff::Interrupt& interrupt) {
  ff::Dictionary settings;
  confine_url(settings);
  const AVIOInterruptCB callback = interrupt.callback();
  AVIOContext* remote = nullptr;
  interrupt.begin();
  const int rc = avio_open2(&remote, source.address().c_str(), AVIO_FLAG_READ, &callback, settings.address());
  throw_if_ended(interrupt, source.name());
  if (rc == AVERROR(EINVAL) || rc == AVERROR_INVALIDDATA) {
    throw Error{ErrorCode::media, source.name(), "this URL does not lead to a file",
                Error::Extra{.detail = ff::error_text(rc),
                             .hint = "check it; a redirect can only lead to another http(s) address"}};
  }
  ff::check(rc, "opening", source.name());
  interrupt.watch(remote);
  return remote;
}

void drain(AVIOContext& remote, Spool& spool, const Source& source, ff::Interrupt& interrupt) {
  std::vector<unsigned char> block(std::size_t{1} << 18U);
  for (;;) {
    interrupt.begin();
    const int got = avio_read_partial(&remote, block.data(), static_cast<int>(block.size()));
    throw_if_ended(interrupt, source.name());
    if (got == AVERROR_EOF || got == 0) return;
    ff::check(got, "reading", source.name());
    spool.append(std::as_bytes(std::span{block}.first(static_cast<std::size_t>(got))));
  }
}

}  // namespace

void SourceIo::FreeOwn::operator()(AVIOContext* context) const noexcept {
  av_freep(&context->buffer);  // FFmpeg may have replaced the one it was given
  avio_context_free(&context);
}

SourceIo::SourceIo(const Source& source, const SourceOptions& options, ff::Interrupt& interrupt)
    : interrupt_(interrupt), name_(source.name()), remote_(nullptr, CloseRemote{&interrupt}) {
  if (source.kind() == Source::Kind::url) {
    open_remote(source, options);
  } else {
    bytes_ = local_bytes(source, options, interrupt);
  }
  if (bytes_) {
    size_ = bytes_->size();
    make_context();
  }
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

/// A server without ranges is read once: what has to be looked at out of order, or twice, is then on this machine.
void SourceIo::open_remote(const Source& source, const SourceOptions& options) {
  bytes_ = source.origin().spooled.made();
  if (bytes_) return;
  remote_.reset(connect(source, interrupt_));
  size_ = avio_size(remote_.get());
  if ((remote_->seekable & AVIO_SEEKABLE_NORMAL) != 0 && size_ > 0) return;
  bytes_ = source.origin().spooled.get(source.name(), /*can_repeat=*/true, interrupt_.stop(), [&] {
    Spool spool(options, source.name());
    try {
      drain(*remote_, spool, source, interrupt_);
    } catch (const Error& error) {
      if (!error.retryable()) throw;
      spool.restart();
      remote_.reset();
      remote_.reset(connect(source, interrupt_));
      drain(*remote_, spool, source, interrupt_);
    }
    return spool.finish();
  });
  remote_.reset();
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
  } catch (...) {  // thrown again once FFmpeg has returned
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
  if (remote_)
    ff::check(static_cast<int>(std::min<std::int64_t>(avio_seek(remote_.get(), 0, SEEK_SET), 0)), "reading", name_);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    interrupt_.begin();
    const auto rest = std::span{bytes}.subspan(filled).first(std::min(block, bytes.size() - filled));
    std::size_t got = 0;
    if (bytes_) {
      got = bytes_->read_at(static_cast<std::int64_t>(filled), rest);
    } else {
      const int rc =
          avio_read(remote_.get(), reinterpret_cast<unsigned char*>(rest.data()), static_cast<int>(rest.size()));
      throw_if_ended(interrupt_, name_);
      if (rc != AVERROR_EOF) got = static_cast<std::size_t>(ff::check(rc, "reading", name_));
    }
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
