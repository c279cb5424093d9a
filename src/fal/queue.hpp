// The queue: submit, status, wait, result, cancel.
#pragma once

#include <string>

#include "fal/session.hpp"

namespace react1::fal {

[[nodiscard]] RequestRef submit_request(const Session& session, const Parameters& parameters,
                                        const std::string& video_url, const std::string& audio_url,
                                        const RunContext& context);
/// The request with URLs that the key may be sent to; the observer is told when stored ones are not used. URLs may come
/// from a saved job as well as from an answer, so they are checked on every use. Throws Error{usage} without an id.
[[nodiscard]] RequestRef checked_request(const Session& session, const RequestRef& request, Observer& observer);
[[nodiscard]] QueueStatus request_status(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] ResultVideo request_result(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] CancelOutcome cancel_request(const Session& session, const RequestRef& request,
                                           const RunContext& context);

/// What the last answer to a status or a cancel call means. Throw as expect_ok() does, and Error{network} for a 2xx
/// that is no status.
[[nodiscard]] QueueStatus read_status_answer(const http::Outcome& outcome, const Subject& subject, const Secret& key);
[[nodiscard]] CancelOutcome read_cancelled(const http::Outcome& outcome, const Subject& subject, const Secret& key);

}  // namespace react1::fal
