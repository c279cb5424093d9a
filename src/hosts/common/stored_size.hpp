// SPDX-License-Identifier: Apache-2.0
// How much of a file a host has stored, by asking for its first byte.
#pragma once

#include <cstdint>

#include <react1/run_context.hpp>

#include "http/message/transport.hpp"

namespace react1::hosts {

struct StoredSize {
  enum class Kind {
    known,    ///< `bytes` are stored
    absent,   ///< the host has no such file (404, 410), or nothing in it (204)
    hidden,   ///< not for us (401, 403); the service may see it all the same
    unknown,  ///< no answer, or one that does not say
  };
  Kind kind = Kind::unknown;
  std::int64_t bytes = 0;
};

/// Asks once, for at most 10 s. `reading` is the GET of the whole file, without a key. One byte is asked for and not a
/// HEAD: signed URLs are often good for GET alone, and storage hosts that answer both give the size with either. Throws
/// Error{interrupted} only.
[[nodiscard]] StoredSize stored_size(http::Transport& transport, http::Request reading, const RunContext& context);

}  // namespace react1::hosts
