// SPDX-License-Identifier: Apache-2.0
// The fixed clip that answers every request when nothing is rendered.
#pragma once

#include <string>

namespace react1::sandbox {

/// One second of grey, 64 x 64 at 25 frames a second, with silence: a few kB that every decoder accepts.
/// Written to `path` as it is made. Throws Error{io|media}.
void make_tiny_clip(const std::string& path);

}  // namespace react1::sandbox
