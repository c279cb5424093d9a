// The queue: submit, status, wait, result, cancel.
#pragma once

#include <string>

#include "fal/session.hpp"

namespace react1::fal {

[[nodiscard]] RequestRef submit_request(const Session& session, const Parameters& parameters,
                                        const std::string& video_url, const std::string& audio_url,
                                        const RunContext& context);
[[nodiscard]] QueueStatus request_status(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] ResultVideo request_result(const Session& session, const RequestRef& request, const RunContext& context);
[[nodiscard]] CancelOutcome cancel_request(const Session& session, const RequestRef& request,
                                           const RunContext& context);

}  // namespace react1::fal
