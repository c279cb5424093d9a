// SPDX-License-Identifier: Apache-2.0
// Signed upload URLs: how the service is asked for one, and what it means when one is refused.
#pragma once

#include <string>

#include <react1/error.hpp>

#include "fal/protocol/errors.hpp"
#include "fal/protocol/session.hpp"
#include "fal/protocol/wire.hpp"
#include "hosts/common/local_file.hpp"

namespace react1::hosts {

/// Asks `url` (the single or the multipart initiate) for an upload URL, with the key; retried. Throws Error, also for
/// URLs that are not safe to use.
[[nodiscard]] fal::UploadTarget initiate(const fal::Session& session, const std::string& url, const LocalFile& file,
                                         const RunContext& context);

/// An HTML page, which no storage host returns for an upload.
[[nodiscard]] bool is_web_page(const http::Response& answer);

/// fal::refusal() for a host that is asked without the key: a 401 or 403 there is about the signed URL, so
/// Error{refused}. A page, a redirect and a proxy's 407 are fal::unusable().
[[nodiscard]] Error storage_refusal(const http::Response& response, const fal::Subject& subject, const Secret& key);

}  // namespace react1::hosts
