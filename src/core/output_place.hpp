// SPDX-License-Identifier: Apache-2.0
// Where a named output goes, and whether a file can be written there. Checked before any
// work, because a late failure costs time and possibly money.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace react1 {

/// Shows whether a file was written or replaced since.
struct FileStamp {
  std::uint64_t device = 0, inode = 0;
  std::int64_t bytes = 0, modified_ns = 0;
  [[nodiscard]] friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// Of the regular file at `path`, no symlink followed; nullopt when there is none.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

/// The folder that holds `file`: "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

struct OutputPlace {
  std::filesystem::path named;        ///< as it was given
  std::filesystem::path file;         ///< what is written: `named`, or the file that a symlink of that name leads to
  std::optional<FileStamp> existing;  ///< the regular file that is there
};

/// Throws Error{usage} where no file can be written: no file name, a name that is too long, and whatever exists
/// there and is no regular file, nor a symlink to one. Throws Error{io} when its folder can't be looked into, and when
/// the file that is there can't be replaced by this user.
[[nodiscard]] OutputPlace look_at_output(const std::filesystem::path& path);

/// Throws Error{io} when it is known that a file of `bytes` does not fit there: by the free space of the file system or
/// this process's file size limit. Where neither is known, nothing happens.
void require_room(const OutputPlace& place, std::int64_t bytes);

}  // namespace react1
