// SPDX-License-Identifier: Apache-2.0
#include "core/housekeeping.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <exception>
#include <memory>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/log.hpp"

namespace react1 {

std::vector<std::string> names_in(int folder) {
  struct Close {
    void operator()(DIR* dir) const noexcept { ::closedir(dir); }
  };
  std::vector<std::string> names;
  Descriptor copy(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy.is_open()) return names;
  const std::unique_ptr<DIR, Close> dir(::fdopendir(copy.get()));
  if (!dir) return names;
  static_cast<void>(copy.release());
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

void clean_up(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    try {
      log::debug("clean-up", error.what());
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a log line that can't be written
    }
  }
}

}  // namespace react1
