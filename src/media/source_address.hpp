// How FFmpeg is told what to open, and what it may not reach from there.
#pragma once

#include <string>

#include "media/ff/handles.hpp"

namespace react1::media {

/// A local path gets "file:" before it, so that a name with a colon in it is not taken for a protocol.
[[nodiscard]] std::string file_address(const std::string& path);
/// The address of a source: an http(s) URL as it is, else as file_address().
[[nodiscard]] std::string address_of(const std::string& source);

/// Sets what every reading of `source` must keep to: a file leads to files only, a URL to http(s) only, and the
/// server's certificate is checked.
void confine(ff::Dictionary& settings, const std::string& source);

}  // namespace react1::media
