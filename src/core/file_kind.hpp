// SPDX-License-Identifier: Apache-2.0
// The kind of file at a path, as text.
#pragma once

#include <sys/stat.h>

namespace react1 {

/// "a folder", "a device", …: of a mode as stat() gives it.
[[nodiscard]] inline const char* file_kind(mode_t mode) noexcept {
  if (S_ISREG(mode)) return "a regular file";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a symlink";
  return "a device";
}

}  // namespace react1
