// SPDX-License-Identifier: Apache-2.0
// Probing of a source, by measurement.
#pragma once

#include <react1/media.hpp>

namespace react1::media {

/// react1::probe(), for callers that have set a reader for remote files.
[[nodiscard]] MediaInfo probe_source(const Source& source, const SourceOptions& options, const RunContext& context);

}  // namespace react1::media
