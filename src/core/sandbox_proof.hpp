// SPDX-License-Identifier: Apache-2.0
// How our sandbox proves its identity to a client: a random challenge of the client, and an answer that nothing else
// computes. No header, page or cached answer of a proxy can be mistaken for it.
#pragma once

#include <string>
#include <string_view>

namespace react1 {

/// The client requests the status of a request of this name; the challenge follows the prefix. A route of the
/// queue, because a gateway that forwards the queue forwards this too.
inline constexpr std::string_view kSandboxChallengePrefix = "react1-sandbox-";

/// What the sandbox `instance` answers to `challenge`.
[[nodiscard]] std::string sandbox_proof(std::string_view challenge, std::string_view instance);

}  // namespace react1
