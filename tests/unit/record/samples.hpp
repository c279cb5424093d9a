// SPDX-License-Identifier: Apache-2.0
// Documents' sources with every field set, so that a forgotten one shows.
#pragma once

#include <react1/media_info.hpp>
#include <react1/pipeline.hpp>

namespace react1::test {

[[nodiscard]] MediaInfo sample_media_info();
/// A written pair at NTSC rate: none of its lengths is a short decimal.
[[nodiscard]] Preparation sample_preparation();
[[nodiscard]] RunRecord sample_record();

}  // namespace react1::test
