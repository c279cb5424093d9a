// SPDX-License-Identifier: Apache-2.0
// Why a file can't be read from a server, for the person who named its URL.
#pragma once

#include <chrono>
#include <string>

#include <react1/error.hpp>

#include "http/message/transport.hpp"

namespace react1::http {

/// No answer. {io} for what this machine lacks, {interrupted}, else {network}. `stall_timeout` is what was allowed.
[[nodiscard]] Error fetch_error(const TransportFailure& failure, const std::string& where,
                                std::chrono::milliseconds stall_timeout);
/// An answer with another status than 2xx, or a 2xx that brings nothing: Error{network} with the status and with what
/// an object store says. `url` tells whether it had an end, which is over by `now`.
[[nodiscard]] Error status_error(int status, std::string_view body, const std::string& where, const std::string& url,
                                 std::chrono::system_clock::time_point now);
/// The answer is a text and the URL thus no file's. Empty when it may be one.
[[nodiscard]] std::string page_type(const Headers& headers, std::string_view beginning);
/// Error{media}: what page_type() found is no file.
[[nodiscard]] Error page_error(const std::string& type, const std::string& where);
/// Error{network}: the body is packed, so that its bytes are not the file's.
[[nodiscard]] Error packing_error(const std::string& packing, const std::string& where);
/// Error{media}: a file without a byte.
[[nodiscard]] Error empty_error(const std::string& where);
/// Error{usage}: what parse_url() does not take.
[[nodiscard]] Error url_error(const std::string& url);
/// Error{network}, retryable: the file is another one than the one that was begun.
[[nodiscard]] Error changed_error(const std::string& what, const std::string& where);

}  // namespace react1::http
