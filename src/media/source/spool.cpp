// SPDX-License-Identifier: Apache-2.0
#include "media/source/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <react1/error.hpp>

#include "media/ff/check.hpp"

namespace react1::media {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const SourceOptions& options) {
  if (!options.spool_directory.empty()) return options.spool_directory;
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  return error ? fs::path{"/tmp"} : folder;
}

Error not_writable(const fs::path& folder, int error) {
  return {ErrorCode::io,
          folder.string(),
          "can't make a temporary file here",
          {.detail = ff::error_text(AVERROR(error)), .hint = "set TMPDIR to a folder that can be written to"}};
}

/// Not every file system can create an unnamed file; there it is unlinked immediately.
int open_nameless(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0) return descriptor;
  std::string pattern = (folder / ".react1-XXXXXX").string();
  const int named = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (named < 0) throw not_writable(folder, errno);
  ::unlink(pattern.c_str());
  return named;
}

}  // namespace

Spool::Spool(const SourceOptions& options, std::string name)
    : options_(options), name_(std::move(name)), descriptor_(open_nameless(folder_of(options))) {}

Spool::~Spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::int64_t Spool::room() const noexcept {
  return std::min(options_.max_spooled_bytes, options_.max_source_bytes);
}

void Spool::refuse_length() const {
  const bool spooled = room() == options_.max_spooled_bytes;
  throw Error{ErrorCode::media, name_, fmt::format("is longer than {} bytes", room()),
              Error::Extra{.hint = spooled ? "save it to a file and name that, or allow more (--max-spooled-size)"
                                           : "allow more (--max-source-size)"}};
}

void Spool::append(std::span<const std::byte> bytes) {
  if (std::ssize(bytes) > room() - size_) refuse_length();
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw ff::make_error(AVERROR(errno), "writing a temporary file", folder_of(options_).string());
    size_ += written;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::shared_ptr<Bytes> Spool::finish() {
  if (size_ == 0) {
    throw Error{ErrorCode::media, name_, "is empty",
                Error::Extra{.hint = "check the program that should write into it"}};
  }
  return std::make_shared<FileBytes>(std::exchange(descriptor_, -1), size_, name_);
}

}  // namespace react1::media
