// SPDX-License-Identifier: Apache-2.0
// Tests that open a Demuxer themselves read URLs as the program does.
#include "http/remote/ranged_file.hpp"

namespace {

[[maybe_unused]] const bool wired = (react1::http::use_for_remote_files(), true);

}  // namespace
