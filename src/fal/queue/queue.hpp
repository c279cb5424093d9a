// SPDX-License-Identifier: Apache-2.0
// The queue: submit, status, wait, result, cancel.
#pragma once

#include <string>

#include "fal/protocol/session.hpp"

namespace react1::fal {

[[nodiscard]] RequestRef submit_request(const Session& session, const Parameters& parameters,
                                        const std::string& video_url, const std::string& audio_url,
                                        const RunContext& context, const SubmitWatch& watch = {});
/// The request with URLs that the key may be sent to; the observer learns when stored ones are unused. URLs may come
/// from a stored job as well as from an answer, so they are checked on every use. Throws Error{usage} without an id.
[[nodiscard]] RequestRef checked_request(const Session& session, const RequestRef& request, Observer& observer);
[[nodiscard]] QueueStatus request_status(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] ResultVideo request_result(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] CancelOutcome cancel_request(const Session& session, const RequestRef& request,
                                           const RunContext& context);

/// The meaning of an answer to a status or a cancel call. Throw Error{auth|balance} when the service denies the key
/// and Error{network} for anything else that is not a status of `subject`'s request: see fal/protocol/verdict.hpp.
/// Whether a retry of the status call could give a better answer.
[[nodiscard]] bool is_final_status(const http::Response& response, const std::string& request_id, const Secret& key);
[[nodiscard]] QueueStatus read_status_answer(const http::Outcome& outcome, const Subject& subject, const Secret& key);
[[nodiscard]] CancelOutcome read_cancelled(const http::Outcome& outcome, const Subject& subject, const Secret& key);

}  // namespace react1::fal
