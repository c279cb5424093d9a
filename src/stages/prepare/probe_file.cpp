// SPDX-License-Identifier: Apache-2.0
// react1::probe(): measures media, with http as the remote reader.
#include <react1/media.hpp>

#include "core/boundary.hpp"
#include "http/remote/ranged_file.hpp"
#include "media/probe/probe.hpp"

namespace react1::REACT1_ABI {

MediaInfo probe(const Source& source, const SourceOptions& options, const RunContext& context) {
  return at_boundary("probe", [&] {
    http::use_for_remote_files();
    return media::probe_source(source, options, context);
  });
}

MediaInfo probe(const Source& source) {
  return probe(source, SourceOptions{}, RunContext{});
}

}  // namespace react1::REACT1_ABI
