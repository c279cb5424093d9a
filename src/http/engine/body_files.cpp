// SPDX-License-Identifier: Apache-2.0
#include "http/engine/body_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace react1::http {
namespace {

std::string cause() {
  return std::system_category().message(errno);
}

}  // namespace

void BodyDigest::restart() {
  sha256_ = std::make_unique<Sha256>();
}

void BodyDigest::update(const char* data, std::size_t size) {
  if (sha256_) sha256_->update(data, size);
}

FileReader::FileReader(const std::string& path, std::int64_t offset, std::optional<std::int64_t> length,
                       std::shared_ptr<BodyDigest> digest)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset_(offset), digest_(std::move(digest)) {
  if (digest_) digest_->restart();
  struct stat facts {};
  if (!file_.is_open() || ::fstat(file_.get(), &facts) != 0) {
    problem_ = cause();
  } else if (!S_ISREG(facts.st_mode)) {
    problem_ = "not a regular file";
  } else {
    const std::int64_t available = std::int64_t{facts.st_size} - offset;
    size_ = length.value_or(available);
    if (offset < 0 || size_ < 0 || size_ > available)
      problem_ = fmt::format("has {} bytes, which does not hold the part to be sent", std::int64_t{facts.st_size});
  }
}

std::optional<std::size_t> FileReader::read(char* buffer, std::size_t room) noexcept {
  const auto wanted = std::min(room, static_cast<std::size_t>(size_ - position_));
  if (wanted == 0) return 0;
  ssize_t got = 0;
  do {
    got = ::pread(file_.get(), buffer, wanted, offset_ + position_);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) {
    problem_ = got < 0 ? cause() : "became shorter while it was being sent";
    return std::nullopt;
  }
  position_ += got;
  try {
    if (digest_) digest_->update(buffer, static_cast<std::size_t>(got));
  } catch (const std::exception& error) {
    problem_ = error.what();
    return std::nullopt;
  }
  return static_cast<std::size_t>(got);
}

bool FileReader::seek(std::int64_t position) noexcept {
  if (position < 0 || position > size_) return false;
  try {
    if (digest_ && position != 0) return position == position_;  // the digest can't go there
    if (digest_) digest_->restart();
  } catch (const std::exception&) {
    return false;
  }
  position_ = position;
  return true;
}

FileWriter::FileWriter(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, /*mode=*/0644)) {
  struct stat facts {};
  if (!file_.is_open() || ::fstat(file_.get(), &facts) != 0) {
    problem_ = cause();
  } else if (!S_ISREG(facts.st_mode)) {
    problem_ = "not a regular file";
  } else if (facts.st_nlink > 1) {
    // In a folder that others may write to, the name can be moved to any file between two attempts.
    problem_ = "it has another name, too: it is not the file that was begun";
  }
}

FileWriter::FileWriter(int descriptor) : file_(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)) {
  if (!file_.is_open()) problem_ = cause();
}

bool FileWriter::start_at(std::int64_t position) noexcept {
  if (::ftruncate(file_.get(), position) != 0) return fail("cannot be shortened");
  position_ = position;
  return true;
}

bool FileWriter::write(const char* data, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t written = ::pwrite(file_.get(), data, size, position_);
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail("cannot be written");
    }
    position_ += written;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool FileWriter::fail(const char* what) noexcept {
  problem_ = std::string(what) + ": " + cause();
  return false;
}

}  // namespace react1::http
