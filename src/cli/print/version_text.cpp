// SPDX-License-Identifier: Apache-2.0
#include "cli/print/version_text.hpp"

#include <fmt/format.h>

#include <react1/version.hpp>

#include "core/json_text.hpp"
#include "http/engine/curl_version.hpp"
#include "media/ff/ffmpeg_version.hpp"
#include "record/documents.hpp"

namespace react1::cli {
// The versions are those of the libraries that run, which need not be those that were compiled against.

std::string version_text() {
  return fmt::format("react1 {} ({})\nFFmpeg {}\n{}\ncompiler {}\n", version(), build_version(),
                     media::ff::library_version(), http::library_version(), __VERSION__);
}

std::string version_json() {
  return json_text(Json{{"schema", record::kSchema},
                        {"react1", version()},
                        {"build", build_version()},
                        {"ffmpeg", media::ff::library_version()},
                        {"curl", http::library_version()},
                        {"compiler", __VERSION__}});
}

}  // namespace react1::cli
