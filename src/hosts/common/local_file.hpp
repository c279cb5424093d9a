// SPDX-License-Identifier: Apache-2.0
// A local file to be uploaded.
#pragma once

#include <cstdint>
#include <string>

#include <react1/clip_host.hpp>

#include "hosts/common/upload_memory.hpp"

namespace react1::hosts {

struct LocalFile {
  std::string path;
  std::int64_t bytes = 0;    ///< at least 1
  std::string content_type;  ///< media type
  std::string sha256{};      ///< empty when it is not needed
  std::string name{};        ///< its name at the host; empty: the file's own
};

/// Throws Error{io} for anything but a non-empty file.
[[nodiscard]] LocalFile local_file(const ClipFile& clip);
/// LocalFile::name, else the file's own.
[[nodiscard]] std::string hosted_name(const LocalFile& file);

/// Its key in the memory of uploads.
[[nodiscard]] inline Content content_of(const LocalFile& file) {
  return {file.sha256, file.bytes, file.content_type, file.name};
}

/// Only what was planned may be paid for: throws Error{io} unless the bytes sent have the planned digest
/// (if one is known). `what` names the file or the part.
void require_as_planned(const std::string& sent, const std::string& planned, const std::string& what);

}  // namespace react1::hosts
