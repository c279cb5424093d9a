// SPDX-License-Identifier: Apache-2.0
#include "core/own_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <react1/error.hpp>
#include <system_error>

namespace react1 {

void require_own_file(const std::filesystem::path& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return;
    throw Error(ErrorCode::io, path.string(), "can't be inspected", {.detail = std::generic_category().message(errno)});
  }
  if (S_ISREG(facts.st_mode) && facts.st_nlink <= 1) return;
  throw Error(ErrorCode::io, path.string(), "is not the file that was created: its name now belongs to another one",
              {.hint = "another user can write to this folder; choose another one"});
}

}  // namespace react1
