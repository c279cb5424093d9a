#include "media/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

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

/// Not every file system can make a file without a name; there it loses its name at once.
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

void Spool::append(std::span<const std::byte> bytes) {
  const std::int64_t limit = std::min(options_.max_spooled_bytes, options_.max_source_bytes);
  if (std::ssize(bytes) > limit - size_) {
    const bool spooled = limit == options_.max_spooled_bytes;
    throw Error{ErrorCode::media, name_, fmt::format("is longer than {} bytes", limit),
                Error::Extra{.hint = spooled ? "save it to a file and name that, or allow more (--max-spooled-size)"
                                             : "allow more (--max-source-size)"}};
  }
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw ff::make_error(AVERROR(errno), "writing a temporary file", folder_of(options_).string());
    size_ += written;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void Spool::restart() {
  if (::ftruncate(descriptor_, 0) != 0) throw not_writable(folder_of(options_), errno);
  size_ = 0;
}

std::shared_ptr<Bytes> Spool::finish() {
  if (size_ == 0) {
    throw Error{ErrorCode::media, name_, "is empty", Error::Extra{.hint = "check what was to write into it"}};
  }
  return std::make_shared<FileBytes>(std::exchange(descriptor_, -1), size_, name_);
}

std::shared_ptr<Bytes> SpooledOnce::get(const std::string& name, bool can_repeat, const std::stop_token& stop,
                                        const Make& make) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return !being_made_; })) {
    throw Error{ErrorCode::interrupted, name, "stopped"};
  }
  if (bytes_) return bytes_;
  if (failure_) std::rethrow_exception(failure_);
  being_made_ = true;
  lock.unlock();
  std::shared_ptr<Bytes> made;
  std::exception_ptr failure;
  std::exception_ptr lasting;
  try {
    made = make();
  } catch (const Error& error) {
    failure = std::current_exception();
    // A stop was for that call; what it left half read stays so.
    lasting = error.code() == ErrorCode::interrupted
                  ? std::make_exception_ptr(Error{ErrorCode::io, name, "was read in part and can't be read again"})
                  : failure;
  } catch (...) {
    failure = lasting = std::current_exception();
  }
  lock.lock();
  being_made_ = false;
  bytes_ = made;
  if (!can_repeat) failure_ = lasting;
  changed_.notify_all();
  if (failure) std::rethrow_exception(failure);
  return made;
}

std::shared_ptr<Bytes> SpooledOnce::made() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace react1::media
