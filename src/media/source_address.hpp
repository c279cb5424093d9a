// How FFmpeg is told what to open, and what it may not reach from there.
#pragma once

#include <string>

#include "media/ff/handles.hpp"

namespace react1::media {

/// "file:" before a local path, so that a name with a colon in it is not taken for a protocol.
[[nodiscard]] std::string file_address(const std::string& path);

/// Sets how a URL is read: it leads to http(s) only, the server's certificate is checked, and a connection that drops
/// before the end is taken up once where it broke, when the server has ranges.
void confine_url(ff::Dictionary& settings);

}  // namespace react1::media
