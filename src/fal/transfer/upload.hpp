// SPDX-License-Identifier: Apache-2.0
// The parts that both ways of uploading are made of. Internal to the upload.
#pragma once

#include <cstdint>
#include <string>

#include "fal/protocol/session.hpp"
#include "fal/protocol/wire.hpp"
#include "fal/transfer/upload_memory.hpp"

namespace react1::fal {

/// A local file on its way to the service.
struct LocalFile {
  std::string path;
  std::int64_t bytes = 0;    ///< at least 1
  std::string content_type;  ///< media type
  std::string sha256{};      ///< empty when nobody needs it
  std::string name{};        ///< what it is called at the service; empty: as the file is
};

/// What the memory of uploads knows it by.
[[nodiscard]] inline Content content_of(const LocalFile& file) {
  return {file.sha256, file.bytes, file.content_type, file.name};
}

/// What is paid for is what was planned: throws Error{io} unless the bytes that were sent have the planned digest
/// (where one is known). `what` names the file or the part.
void require_as_planned(const std::string& sent, const std::string& planned, const std::string& what);

/// Asks `url` (the single or the multipart initiate) for a place, with the key; retried. Throws Error, also for URLs
/// that are not safe to use.
[[nodiscard]] UploadTarget initiate(const Session& session, const std::string& url, const LocalFile& file,
                                    const RunContext& context);

/// refusal() for a host that is asked without the key: a 401 or 403 there is about the signed URL, so Error{refused}. A
/// page, a redirect and a proxy's 407 are unusable().
[[nodiscard]] Error storage_refusal(const http::Response& response, const Subject& subject, const Secret& key);

}  // namespace react1::fal
