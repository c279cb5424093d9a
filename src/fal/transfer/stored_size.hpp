// SPDX-License-Identifier: Apache-2.0
// How much of a file lies with a host, by asking for its first byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fal/protocol/session.hpp"

namespace react1::fal {

/// The total of a Content-Range such as "bytes 100-199/200"; nullopt when it names none.
[[nodiscard]] std::optional<std::int64_t> total_of(const std::string& content_range);

struct StoredSize {
  enum class Kind {
    known,    ///< `bytes` lie there
    absent,   ///< the host has no such file (404, 410), or nothing in it (204)
    hidden,   ///< not for us (401, 403); the service may see it all the same
    unknown,  ///< no answer, or one that does not say
  };
  Kind kind = Kind::unknown;
  std::int64_t bytes = 0;
};

/// Asks once, without the key, for at most 10 s. A GET of one byte and not a HEAD: signed URLs are often good for GET
/// alone, and storage hosts that answer both give the size with either. Throws Error{interrupted} only.
[[nodiscard]] StoredSize stored_size(const Session& session, const std::string& url, const RunContext& context);

}  // namespace react1::fal
