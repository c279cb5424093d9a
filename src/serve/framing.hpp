// SPDX-License-Identifier: Apache-2.0
// Whether a request's head defines unambiguously where the request ends. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace react1::serve {

/// Names and values as they came, repeated ones included.
using RawHeaders = std::vector<std::pair<std::string, std::string>>;

/// The fault of the framing, "" when there is none. A proxy in front may see another end of such a request than we do,
/// and treat the rest as a separate request (RFC 9112, sections 6.3 and 11.2): a length together with chunks, two
/// lengths, a length that is not a number, a coding other than chunks, an invalid name, a line break or control
/// character in a value, two hosts.
[[nodiscard]] std::string_view framing_fault(const RawHeaders& headers);

}  // namespace react1::serve
