// SPDX-License-Identifier: Apache-2.0
// How our sandbox tells a client that it is one. A challenge that the client makes up, and an answer that nothing else
// computes: no header, page or cached answer of a proxy can be taken for it.
#pragma once

#include <string>
#include <string_view>

namespace react1 {

/// The status of a request of this name is asked for; what follows the prefix is the challenge. A route of the queue,
/// because whatever hands the queue on hands this on as well.
inline constexpr std::string_view kSandboxChallengePrefix = "react1-sandbox-";

/// What the sandbox `instance` answers to `challenge`.
[[nodiscard]] std::string sandbox_proof(std::string_view challenge, std::string_view instance);

}  // namespace react1
