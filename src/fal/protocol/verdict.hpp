// SPDX-License-Identifier: Apache-2.0
// Interprets answers about a paid request. An intermediary may answer in place of the service: a proxy, a login
// portal, a gateway, a cache. Only the service's own answer about this request ends a job.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <react1/error.hpp>
#include <react1/fal.hpp>
#include <react1/secret.hpp>

#include "fal/protocol/errors.hpp"
#include "http/message/transport.hpp"

namespace react1::fal {

/// False when the answer names another request, in its body's request_id or its X-Fal-Request-Id header.
[[nodiscard]] bool may_be_about(const http::Response& response, const std::string& request_id);

/// The status of the request in a body or an event; nullopt for anything but a JSON object with a status word, and for
/// one about another request. Texts are without the key.
[[nodiscard]] std::optional<QueueStatus> status_in(std::string_view body, const std::string& request_id,
                                                   const Secret& key);
/// The same for an answer, which has to be a 2xx whose header names no other request.
[[nodiscard]] std::optional<QueueStatus> status_in(const http::Response& response, const std::string& request_id,
                                                   const Secret& key);
/// COMPLETED with an error: the service reports that the request has failed. An error with any other status does not.
[[nodiscard]] bool has_failed(const QueueStatus& status);

/// The answer to a request for the result as the end of the job: Error{refused}, when the service reports the job's
/// failure. Sources: the model's problem list, an infrastructure error type, a 422 with a detail and the request's own
/// X-Fal-Request-Id. nullopt: the answer decides nothing.
[[nodiscard]] std::optional<Error> failure_in(const http::Response& response, const Subject& subject,
                                              const Secret& key);

/// The service, not an intermediary, denies this key: 401, 402 or 403 with a detail.
[[nodiscard]] bool is_denial(const http::Response& response, const Secret& key);

/// An answer that does not change the request's state: Error{auth|balance} for a denial, else Error{network}.
[[nodiscard]] Error undecided(const http::Response& response, const Subject& subject, const Secret& key);

/// Whether a failed request was cancelled, by the type of the problem.
[[nodiscard]] bool is_cancellation(const Error& error);
[[nodiscard]] bool is_cancellation(const QueueStatus& status);

}  // namespace react1::fal
