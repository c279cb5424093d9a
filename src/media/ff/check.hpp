// SPDX-License-Identifier: Apache-2.0
// FFmpeg return codes → Error, and conversion of rationals.
#pragma once

#include <string>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/rational.h>
}

#include <react1/error.hpp>
#include <react1/rational.hpp>

namespace react1::media::ff {

/// FFmpeg's message for `rc`.
[[nodiscard]] std::string error_text(int rc);

/// Returns `rc` when ≥ 0; otherwise throws the Error that fits: AVERROR_EXIT → interrupted,
/// ENOSPC/EACCES/ENOENT/EROFS/EIO → io, HTTP and network codes → network, the rest → media. `what` names
/// the operation, `where` the file.
int check(int rc, const char* what, const std::string& where);

/// The Error check() would throw.
[[nodiscard]] Error make_error(int rc, const char* what, const std::string& where);

[[nodiscard]] inline Rational from_av(AVRational value) {
  return Rational{value.num, value.den};
}
/// Throws Error{internal} when a part does not fit an int.
[[nodiscard]] AVRational to_av(const Rational& value);

}  // namespace react1::media::ff
