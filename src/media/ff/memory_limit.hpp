// SPDX-License-Identifier: Apache-2.0
// How much FFmpeg may ask for at once. Process-wide, so an application sets it once; the library never does.
#pragma once

namespace react1::media::ff {

/// No single buffer above 1 GiB: the largest picture that is decoded takes half of it, and an index that claims a
/// billion frames is refused instead of filling the memory.
void limit_memory() noexcept;

/// After an allocation failed: whether this machine has no room for as much as is allowed (an address space limit, no
/// swap), so that the file need not be at fault.
[[nodiscard]] bool is_short_of_memory() noexcept;

}  // namespace react1::media::ff
