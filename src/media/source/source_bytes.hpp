// SPDX-License-Identifier: Apache-2.0
// The bytes of a source other than a URL.
#pragma once

#include <memory>
#include <string>

#include <react1/source.hpp>

#include "media/ff/interrupt.hpp"
#include "media/source/bytes.hpp"

namespace react1::media {

/// Opens a regular file. Throws Error{io} (missing, a folder, no regular file), {media} (empty).
[[nodiscard]] std::shared_ptr<Bytes> open_file(const std::string& path);

/// The bytes of any kind but a URL, spooled when they can be read only once. Throws as SourceIo does.
[[nodiscard]] std::shared_ptr<Bytes> local_bytes(const Source& source, const SourceOptions& options,
                                                 ff::Interrupt& interrupt);

}  // namespace react1::media
