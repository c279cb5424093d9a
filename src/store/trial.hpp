// SPDX-License-Identifier: Apache-2.0
// Whether a folder can hold a store: tried with a store of its own, which is removed again.
#pragma once

#include <string>

namespace react1::store {

/// Makes a job store in a new folder below `folder`, writes to it from two connections, as two processes would, and
/// removes it. Throws Error{io} that says what the file system does not do.
void try_store_in(const std::string& folder);

}  // namespace react1::store
