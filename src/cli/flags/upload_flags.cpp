// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/upload_flags.hpp"

#include <react1/rational.hpp>

#include "cli/flags/flags.hpp"
#include "cli/flags/pipeline_flags.hpp"

namespace react1::cli {
namespace {

constexpr const char* kUpload = "Upload";

}  // namespace

void add_upload_flags(CLI::App& command, UploadFlags& flags) {
  command
      .add_flag("--no-upload-cache", flags.no_upload_cache,
                "Send both clips even when they lie with the service already")
      ->group(kUpload);
  add_value(command, "--upload-expires", flags.upload_expires,
            "The service may delete the uploaded clips after so many seconds (default: the account's setting)")
      ->group(kUpload)
      ->option_text("SECONDS");
}

void lay_over(UploadOptions& options, const UploadFlags& flags) {
  if (flags.no_upload_cache) options.reuse = false;
  if (!flags.upload_expires) return;
  const Seconds life = value_of("--upload-expires", *flags.upload_expires, parse_time);
  if (life < 1 || life > 3'153'600'000) {
    throw Error(ErrorCode::usage, "--upload-expires", "must lie between 1 s and 100 years");
  }
  options.lifecycle.expires_after = std::chrono::seconds(life.round());
}

}  // namespace react1::cli
