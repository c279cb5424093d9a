// SPDX-License-Identifier: Apache-2.0
// Files that either exist completely under their final name or not at all.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/output_place.hpp"

namespace react1 {

/// What happens to an existing regular file of the final name; anything else there makes commit() fail.
enum class Existing {
  replace,
  replace_unchanged,  ///< commit() fails when it is not the file that was there at first (or none) any more
  keep,               ///< commit() fails when there is one by then
};

/// A file that is being made: write to temporary(), then commit(). The temporary file is named by core/part_file and is
/// in the final folder, so that the rename is atomic. It is locked while it is being written, so that sweep_parts()
/// does not remove it. Where the final name is a symlink to a file, that file is replaced and the link stays. Not
/// thread-safe.
class AtomicFile {
 public:
  /// Creates the temporary file immediately, so that an unwritable folder is found before any work. Throws Error{io},
  /// and what look_at_output() throws.
  explicit AtomicFile(const std::filesystem::path& final_path, Existing existing = Existing::replace);
  /// For a place that was examined before: `existing` refers to what was there then.
  AtomicFile(OutputPlace place, Existing existing);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Removes the temporary file unless committed.
  ~AtomicFile();

  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
  /// As named, also when that is a symlink.
  [[nodiscard]] const std::filesystem::path& final_path() const noexcept { return place_.named; }
  /// Replaces the temporary file's content. Throws Error{io}.
  void write(std::string_view content);
  /// Likewise, by the content of `source`, a regular file.
  void copy_from(const std::filesystem::path& source);
  /// fsync, rename to the final name, fsync the folder. Throws Error{io}, also when the temporary name leads to another
  /// file by now; the temporary is removed then. Once the file has its name, nothing fails: errors of the folder are
  /// logged.
  void commit();

 private:
  void require_unchanged() const;
  [[nodiscard]] bool may_replace() const;
  void take_final_name() const;

  OutputPlace place_;
  std::filesystem::path temporary_;
  Existing existing_;
  Descriptor file_;  ///< of the temporary file: open and locked
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
