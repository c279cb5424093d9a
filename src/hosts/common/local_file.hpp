// SPDX-License-Identifier: Apache-2.0
// A local file on its way to a host.
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
  std::string name{};        ///< what it is called at the host; empty: as the file is
};

/// Throws Error{io} for what is no file, or empty.
[[nodiscard]] LocalFile local_file(const ClipFile& clip);
/// LocalFile::name, else the file's own.
[[nodiscard]] std::string hosted_name(const LocalFile& file);

/// What the memory of uploads knows it by.
[[nodiscard]] inline Content content_of(const LocalFile& file) {
  return {file.sha256, file.bytes, file.content_type, file.name};
}

/// What is paid for is what was planned: throws Error{io} unless the bytes that were sent have the planned digest
/// (where one is known). `what` names the file or the part.
void require_as_planned(const std::string& sent, const std::string& planned, const std::string& what);

}  // namespace react1::hosts
