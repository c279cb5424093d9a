#include "core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <random>
#include <react1/error.hpp>
#include <system_error>
#include <utility>

#include "core/descriptor.hpp"

namespace react1 {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_io(const fs::path& path, std::string message, int error) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "free some space, or choose another folder";
  if (error == EACCES || error == EPERM || error == EROFS) hint = "check the permissions of the folder";
  throw Error(ErrorCode::io, path.string(), std::move(message),
              {.detail = std::generic_category().message(error), .hint = std::move(hint)});
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A dotfile ending in .part: watchers ignore both, so nobody mistakes it for a result.
/// Opened with the usual 0666 less the umask (mkstemp would make a private file; a result should be as readable as
/// any).
fs::path create_temporary(const fs::path& final_path) {
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    fs::path candidate =
        folder_of(final_path) / fmt::format(".{}.{:08x}.part", final_path.filename().string(), random());
    const Descriptor file(::open(candidate.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    if (file.is_open()) return candidate;
    if (errno != EEXIST) throw_io(final_path, "can't create a file here", errno);
  }
  throw_io(final_path, "can't create a file here", EEXIST);
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.is_open()) throw_io(path, "can't open it to flush it to disk", errno);
  if (::fsync(file.get()) != 0 && errno != EINVAL) throw_io(path, "can't flush it to disk", errno);
}

}  // namespace

AtomicFile::AtomicFile(fs::path final_path) : final_(std::move(final_path)), temporary_(create_temporary(final_)) {}

AtomicFile::~AtomicFile() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }
}

void AtomicFile::write(std::string_view content) {
  const Descriptor out(::open(temporary_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!out.is_open()) throw_io(final_, "can't write it", errno);
  while (!content.empty()) {
    const ssize_t written = ::write(out.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io(final_, "can't write it", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  sync_path(temporary_, O_RDONLY);
  if (::rename(temporary_.c_str(), final_.c_str()) != 0) throw_io(final_, "can't move the finished file here", errno);
  committed_ = true;
  sync_path(folder_of(final_), O_RDONLY | O_DIRECTORY);
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw_io(path, "is a directory, not a file", EISDIR);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_io(path, "can't read it", errno);
  std::string content;
  std::string block(std::size_t{1} << 16U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    content.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (content.size() > max_bytes) throw_io(path, "is larger than expected", EFBIG);
  }
  if (in.bad()) throw_io(path, "can't read it", EIO);
  return content;
}

TemporaryDirectory::TemporaryDirectory(const fs::path& parent) {
  std::string pattern = ((parent.empty() ? fs::temp_directory_path() : parent) / ".react1-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw_io(pattern, "can't create a temporary folder", errno);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace react1
