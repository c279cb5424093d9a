// SPDX-License-Identifier: Apache-2.0
// What is in a source, measured.
#pragma once

#include <react1/media.hpp>

namespace react1::media {

/// react1::probe(), for whoever has seen to it that remote files can be read.
[[nodiscard]] MediaInfo probe_source(const Source& source, const SourceOptions& options, const RunContext& context);

}  // namespace react1::media
