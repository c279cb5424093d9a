// SPDX-License-Identifier: Apache-2.0
// Why a file can't be read from a server, for the person who named its URL.
#pragma once

#include <chrono>
#include <string>

#include <react1/error.hpp>

#include "http/message/transport.hpp"

namespace react1::http {

/// No answer. {io} for a lack of local resources, {interrupted}, else {network}. `stall_timeout` is what was allowed.
[[nodiscard]] Error fetch_error(const TransportFailure& failure, const std::string& where,
                                std::chrono::milliseconds stall_timeout);
/// An answer with another status than 2xx, or an empty 2xx: Error{network}
/// with the status and an object store's message. `url` shows whether it had expired by `now`.
[[nodiscard]] Error status_error(int status, std::string_view body, const std::string& where, const std::string& url,
                                 std::chrono::system_clock::time_point now);
/// The media type of an answer that is a text and thus not the file. Empty when it may be the file.
[[nodiscard]] std::string page_type(const Headers& headers, std::string_view beginning);
/// Error{media}: the answer is a page, by page_type().
[[nodiscard]] Error page_error(const std::string& type, const std::string& where);
/// Error{network}: the body is compressed, so its bytes are not the file's.
[[nodiscard]] Error packing_error(const std::string& packing, const std::string& where);
/// Error{media}: a file without a byte.
[[nodiscard]] Error empty_error(const std::string& where);
/// Error{usage}: parse_url() rejects it.
[[nodiscard]] Error url_error(const std::string& url);
/// Error{network}, retryable: the file has changed since the first request.
[[nodiscard]] Error changed_error(const std::string& what, const std::string& where);

}  // namespace react1::http
