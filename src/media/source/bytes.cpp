// SPDX-License-Identifier: Apache-2.0
#include "media/source/bytes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <react1/error.hpp>

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

/// The exception of a caller's function, as an Error.
template <class Call>
auto guarded(const std::string& name, Call call) {
  try {
    return call();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Error{ErrorCode::io, name, "the reader failed", Error::Extra{.detail = failure.what()}};
  } catch (...) {
    throw Error{ErrorCode::io, name, "the reader failed"};
  }
}

}  // namespace

FileBytes::FileBytes(int descriptor, std::int64_t size, std::string name)
    : descriptor_(descriptor), size_(size), name_(std::move(name)) {}

FileBytes::~FileBytes() {
  ::close(descriptor_);
}

std::size_t FileBytes::read_at(std::int64_t offset, std::span<std::byte> buffer) {
  if (offset >= size_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(std::ssize(buffer), size_ - offset));
  for (;;) {
    const ssize_t got = ::pread(descriptor_, buffer.data(), wanted, offset);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw ff::make_error(AVERROR(errno), "reading", name_);
  }
}

std::size_t MemoryBytes::read_at(std::int64_t offset, std::span<std::byte> buffer) {
  if (offset >= size()) return 0;
  const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), buffer.size());
  std::memcpy(buffer.data(), rest.data(), count);
  return count;
}

std::size_t ReaderBytes::read_at(std::int64_t offset, std::span<std::byte> buffer) {
  const std::lock_guard lock(mutex_);
  if (offset >= size()) return 0;
  const auto rest = static_cast<std::size_t>(std::min<std::int64_t>(std::ssize(buffer), size() - offset));
  if (position_ != offset) {
    position_.reset();
    guarded(name_, [&] { reader_.seek(offset); });
  }
  position_.reset();
  const std::size_t got = call_reader(reader_, buffer.first(rest), name_);
  position_ = offset + static_cast<std::int64_t>(got);
  return got;
}

std::size_t call_reader(const Reader& reader, std::span<std::byte> buffer, const std::string& name) {
  const std::size_t got = guarded(name, [&] { return reader.read(buffer); });
  if (got > buffer.size()) {
    throw Error{ErrorCode::usage, name, "the reader returned more bytes than it was asked for"};
  }
  return got;
}

}  // namespace react1::media
