// SPDX-License-Identifier: Apache-2.0
#include "hosts/common/local_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <react1/error.hpp>
#include <system_error>

namespace react1::hosts {
namespace {
namespace fs = std::filesystem;

std::int64_t size_of_upload(const std::string& path) {
  std::error_code fault;
  const auto status = fs::status(path, fault);
  if (fault || !fs::is_regular_file(status))
    throw Error(ErrorCode::io, path, "cannot be uploaded: it is not a readable file", {.detail = fault.message()});
  const auto size = fs::file_size(path, fault);
  if (fault) throw Error(ErrorCode::io, path, "cannot be uploaded", {.detail = fault.message()});
  if (size == 0) throw Error(ErrorCode::io, path, "cannot be uploaded: it is empty");
  return static_cast<std::int64_t>(size);
}

}  // namespace

LocalFile local_file(const ClipFile& clip) {
  return {clip.path, size_of_upload(clip.path), clip.content_type, clip.sha256, clip.name};
}

std::string hosted_name(const LocalFile& file) {
  return file.name.empty() ? fs::path(file.path).filename().string() : file.name;
}

void require_as_planned(const std::string& sent, const std::string& planned, const std::string& what) {
  if (planned.empty() || sent == planned) return;
  throw Error(ErrorCode::io, what, "is not what was prepared: its content has changed",
              {.detail = fmt::format("sha256 {} was sent in place of {}", sent, planned),
               .hint = "another program wrote to it, or the disk is damaged; nothing was paid, run the command again"});
}

}  // namespace react1::hosts
