// SPDX-License-Identifier: Apache-2.0
// Limits above those of any recording.
#pragma once

#include <string>

#include <react1/source.hpp>

#include "media/ff/handles.hpp"

namespace react1::media {

/// Throws Error{media} when the stream's picture, channels or sample rate are over a limit. `where` is for the message.
void require_within(const AVCodecParameters& codec, const SourceOptions& limits, const std::string& where);

}  // namespace react1::media
