// SPDX-License-Identifier: Apache-2.0
// FFmpeg's limit for one allocation. Process-wide, so an application sets it once; the library never does.
#pragma once

namespace react1::media::ff {

/// No single buffer above 1 GiB: the largest picture that is decoded takes half of it, and an index that claims a
/// billion frames is refused instead of filling the memory.
void limit_memory() noexcept;

/// After a failed allocation: whether this machine lacks the allowed memory (an address space
/// limit, no swap), so that the file may be fine.
[[nodiscard]] bool is_short_of_memory() noexcept;

}  // namespace react1::media::ff
