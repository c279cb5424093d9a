// Files that are either wholly there under their final name or not there at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace react1 {

/// A file that is being made: write to temporary(), then commit(). The temporary name is a dotfile with suffix
/// ".part" (keeping the final extension before it out of the way) in the final folder, so that the rename is atomic.
/// Not thread-safe.
class AtomicFile {
 public:
  /// Creates the temporary file at once, so that an unwritable folder is known before any work. Throws Error{io}.
  explicit AtomicFile(std::filesystem::path final_path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the temporary file unless committed.
  ~AtomicFile();

  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
  [[nodiscard]] const std::filesystem::path& final_path() const noexcept { return final_; }
  /// Replaces the temporary file's content. Throws Error{io}.
  void write(std::string_view content);
  /// fsync, rename over the final name, fsync the folder. Throws Error{io}; the temporary is removed then.
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  bool committed_ = false;
};

/// Replaces `path` by `content`, durably. Throws Error{io}.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);
/// Whole file as text; throws Error{io}, also when it is larger than `max_bytes`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 64U << 20U);

/// A fresh folder under `parent` (default: the system's temporary folder), removed with all it holds at the end.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& parent = {});
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace react1
